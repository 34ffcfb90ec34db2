/** The start page, and every way in which a page can fail. */
import type { PageModels } from '../../../src/http/page-models.ts'
import { visitor, type SamplesOf } from './visitor.ts'

const error: PageModels['error'] = {
  status: 500,
  reason: 'status',
  code: null,
  detail: null,
  requestId: visitor.requestId,
  retryHref: null,
  homeHref: '/',
}

const appError: PageModels['error'] = {
  ...error,
  status: 400,
  code: 'invalid_request',
  detail: 'missing required parameter(s) (redirect_uri)',
}

export const site = {
  home: {
    visitor: { signUpOpen: true, signedIn: false, administrator: false, demo: false },
    'signed-in': { signUpOpen: true, signedIn: true, administrator: false, demo: false },
    administrator: { signUpOpen: true, signedIn: true, administrator: true, demo: false },
    development: { signUpOpen: true, signedIn: false, administrator: false, demo: true },
  },
  error: {
    400: { ...error, status: 400 },
    403: { ...error, status: 403 },
    404: { ...error, status: 404 },
    405: { ...error, status: 405 },
    413: { ...error, status: 413 },
    415: { ...error, status: 415 },
    422: { ...error, status: 422 },
    429: { ...error, status: 429 },
    500: { ...error, status: 500 },
    503: { ...error, status: 503, retryHref: '/interaction/abc' },
    client_unknown: { ...appError, reason: 'client_unknown', code: 'invalid_client', detail: 'client is invalid' },
    client_disabled: { ...appError, reason: 'client_disabled' },
    redirect_uri_mismatch: { ...appError, reason: 'redirect_uri_mismatch', code: 'invalid_redirect_uri' },
    request_invalid: { ...appError, reason: 'request_invalid' },
    interaction_expired: {
      ...appError,
      reason: 'interaction_expired',
      code: null,
      detail: 'interaction session not found',
    },
    interaction_elsewhere: { ...error, reason: 'interaction_elsewhere' },
    form_expired: { ...error, status: 403, reason: 'form_expired', retryHref: '/sign-in' },
    sign_out_failed: { ...appError, reason: 'sign_out_failed', code: 'invalid_request', detail: null },
  },
} satisfies SamplesOf<PageModels, 'home' | 'error'>
