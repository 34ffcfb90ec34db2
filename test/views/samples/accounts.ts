/** Signing up and in, resetting a password, mailed links. */
import type { PageModels } from '../../../src/http/page-models.ts'
import { continueTo, type SamplesOf } from './visitor.ts'

const signIn: PageModels['sign-in'] = {
  action: '/sign-in',
  returnTo: '/account',
  email: '',
  errors: [],
  signUpHref: '/sign-up',
  forgotHref: '/forgot-password',
  continueTo: null,
  notice: null,
}

const link: PageModels['link'] = {
  purpose: 'sign-up',
  action: '/link/Rk9PQkFS',
  email: 'ada.lovelace@example.com',
  asksName: true,
  asksPassword: true,
  signInHref: null,
  values: { name: '' },
  errors: [],
  passwordRules: { minimum: 15, maximum: 128 },
}

const changing = { ...link, purpose: 'change-email', asksName: false, asksPassword: false } as const

export const accounts = {
  'sign-in': {
    plain: signIn,
    'for-an-app': { ...signIn, continueTo },
    'wrong-password': {
      ...signIn,
      email: 'ada.lovelace@example.com',
      continueTo,
      errors: [{ field: null, code: 'wrong_credentials' }],
    },
    throttled: {
      ...signIn,
      email: 'ada.lovelace@example.com',
      errors: [{ field: null, code: 'throttled', minutes: 15 }],
    },
    'both-missing': {
      ...signIn,
      signUpHref: null,
      errors: [
        { field: 'email', code: 'email_required' },
        { field: 'password', code: 'password_required' },
      ],
    },
    'form-expired': { ...signIn, errors: [{ field: null, code: 'form_expired' }] },
    'password-changed': { ...signIn, notice: 'password-changed' },
    'signed-out': { ...signIn, notice: 'signed-out' },
    again: { ...signIn, notice: 'sign-in-again' },
  },
  'sign-up': {
    plain: {
      action: '/sign-up',
      returnTo: '/account',
      email: '',
      errors: [],
      signInHref: '/sign-in',
      continueTo: null,
    },
    faulty: {
      action: '/sign-up',
      returnTo: '/account',
      email: 'ada.lovelace',
      errors: [{ field: 'email', code: 'email_invalid' }],
      signInHref: '/sign-in',
      continueTo,
    },
  },
  'sign-up-closed': {
    invitation: { reason: 'invitation', signInHref: '/sign-in' },
    closed: { reason: 'closed', signInHref: '/sign-in' },
  },
  'forgot-password': {
    plain: { action: '/forgot-password', returnTo: '/account', email: '', errors: [], signInHref: '/sign-in' },
  },
  'check-mail': {
    'sign-up': {
      email: 'ada.lovelace@example.com',
      purpose: 'sign-up',
      expiresInMinutes: 1440,
      againHref: '/sign-up',
      devMailHref: '/dev/mail',
    },
    reset: {
      email: 'ada.lovelace@example.com',
      purpose: 'reset',
      expiresInMinutes: 30,
      againHref: '/forgot-password',
      devMailHref: null,
    },
  },
  link: {
    'sign-up': link,
    faulty: {
      ...link,
      values: { name: '' },
      errors: [
        { field: 'name', code: 'name_required' },
        { field: 'password', code: 'password_too_short', minimum: 15 },
      ],
    },
    'too-long': {
      ...link,
      values: { name: 'Ada Lovelace' },
      errors: [
        { field: 'name', code: 'name_too_long', maximum: 100 },
        { field: 'password', code: 'password_too_long', maximum: 128 },
      ],
    },
    common: { ...link, values: { name: 'Ada Lovelace' }, errors: [{ field: 'password', code: 'password_common' }] },
    personal: { ...link, values: { name: 'Ada Lovelace' }, errors: [{ field: 'password', code: 'password_personal' }] },
    invitation: { ...link, purpose: 'invitation' },
    reset: { ...link, purpose: 'reset', asksName: false },
    'first-administrator': { ...link, purpose: 'first-administrator', asksName: false },
    'prove-email': { ...link, purpose: 'prove-email', asksName: false, asksPassword: false },
    'change-email': { ...changing, errors: [] },
    'change-email-taken': { ...changing, errors: [{ field: null, code: 'email_taken' }] },
    'change-email-sign-in': { ...changing, signInHref: '/sign-in', errors: [{ field: null, code: 'sign_in_first' }] },
  },
  'link-dead': {
    'sign-up': { purpose: 'sign-up', againHref: '/sign-up', signInHref: '/sign-in' },
    invitation: { purpose: 'invitation', againHref: null, signInHref: '/sign-in' },
    reset: { purpose: 'reset', againHref: '/forgot-password', signInHref: '/sign-in' },
    'first-administrator': { purpose: 'first-administrator', againHref: null, signInHref: '/sign-in' },
    'prove-email': { purpose: 'prove-email', againHref: null, signInHref: '/sign-in' },
    'change-email': { purpose: 'change-email', againHref: null, signInHref: '/sign-in' },
  },
} satisfies SamplesOf<
  PageModels,
  'sign-in' | 'sign-up' | 'sign-up-closed' | 'forgot-password' | 'check-mail' | 'link' | 'link-dead'
>
