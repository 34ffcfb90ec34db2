/** What exists in development only: caught mail, and the demo. */
import type { PageModels } from '../../../src/http/page-models.ts'
import type { SamplesOf } from './visitor.ts'

const idToken =
  'eyJhbGciOiJFZERTQSIsImtpZCI6InNrMSJ9.eyJzdWIiOiJ1c3JfMDFrNm0zYTh6cSIsImlzcyI6Imh0dHA6Ly9sb2NhbGhvc3Q6MzAwMCJ9.Vh0m3yq5Xk2cJbT9wQeR8uLzN4sPdF7aGhK1oMiYxCvB6nE'

export const development = {
  'dev-mail': {
    some: {
      messages: [
        {
          id: '2',
          to: 'ada.lovelace@example.com',
          subject: 'Finish your Northwind account',
          at: new Date('2026-11-24T09:30:00Z'),
        },
        {
          id: '1',
          to: 'grace.hopper@example.com',
          subject: 'Choose a new password for Northwind',
          at: new Date('2026-11-24T09:12:00Z'),
        },
      ],
    },
    empty: { messages: [] },
  },
  'dev-mail-message': {
    plain: {
      to: 'ada.lovelace@example.com',
      from: 'Northwind <no-reply@northwind.example>',
      subject: 'Finish your Northwind account',
      at: new Date('2026-11-24T09:30:00Z'),
      text: 'Someone, most likely you, wants to make an account at Northwind with this email address.\n\nFinish my account:\nhttp://localhost:3000/link/Rk9PQkFSQkFaUVVVWA\n\nThe link works once, for 1 day.\n',
      links: ['http://localhost:3000/link/Rk9PQkFSQkFaUVVVWA', 'javascript:alert(1)'],
    },
    'no-links': {
      to: 'a@example.com',
      from: 'b@example.com',
      subject: 'Hello',
      at: new Date('2026-11-24T09:30:00Z'),
      text: 'Hello.',
      links: [],
    },
  },
  demo: {
    start: {
      steps: [
        {
          title: 'Ask for access',
          explanation:
            'The app sends the browser to the authorization endpoint, with a PKCE challenge that only it can answer.',
          request: {
            method: 'GET',
            url: '/oauth2/authorize?response_type=code&client_id=cli_demo&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fdemo%2Fcallback&scope=openid+email+notes%3Aread&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&state=Zm9v',
            headers: [{ name: 'Host', value: 'localhost:3000' }],
            body: null,
          },
          response: null,
          state: 'current',
        },
        {
          title: 'Exchange the code',
          explanation: 'The code is good for one exchange within a minute.',
          request: null,
          response: null,
          state: 'todo',
        },
        {
          title: 'Use the access token',
          explanation: 'The token says who you are and what the app may do.',
          request: null,
          response: null,
          state: 'todo',
        },
      ],
      tokens: [],
      actions: [{ label: 'Start the flow', action: '/demo/start', primary: true }],
      error: null,
    },
    tokens: {
      steps: [
        {
          title: 'Ask for access',
          explanation: 'You said yes, and the app got a code.',
          request: null,
          response: null,
          state: 'done',
        },
        {
          title: 'Exchange the code',
          explanation: 'The app proves with its verifier that it is the one that asked.',
          request: {
            method: 'POST',
            url: '/oauth2/token',
            headers: [
              { name: 'Host', value: 'localhost:3000' },
              { name: 'Content-Type', value: 'application/x-www-form-urlencoded' },
            ],
            body: 'grant_type=authorization_code&code=Rk9PQkFSQkFaUVVVWA&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
          },
          response: {
            status: 200,
            headers: [
              { name: 'Content-Type', value: 'application/json' },
              { name: 'Cache-Control', value: 'no-store' },
            ],
            body: `{\n  "access_token": "…",\n  "token_type": "Bearer",\n  "expires_in": 900,\n  "id_token": "${idToken}"\n}`,
          },
          state: 'current',
        },
      ],
      tokens: [
        {
          kind: 'ID token',
          value: idToken,
          header: '{\n  "alg": "EdDSA",\n  "kid": "sk1"\n}',
          claims: [
            { name: 'sub', value: 'usr_01k6m3a8zq', meaning: 'You, by a number that never changes' },
            { name: 'iss', value: 'http://localhost:3000', meaning: 'Who says so: this server' },
            { name: 'exp', value: '1795512600', meaning: 'Good until 24 November 2026, 10:30 UTC' },
          ],
        },
        { kind: 'Refresh token', value: 'Vh0m3yq5Xk2cJbT9wQeR8uLzN4sPdF7aGhK1oMiYxCvB6nE', header: null, claims: [] },
      ],
      actions: [
        { label: 'Refresh', action: '/demo/refresh', primary: true },
        { label: 'Revoke', action: '/demo/revoke', primary: false },
        { label: 'Start again', action: '/demo/reset', primary: false },
      ],
      error: { title: 'invalid_grant', detail: 'The refresh token was used before, so its whole family is revoked.' },
    },
  },
} satisfies SamplesOf<PageModels, 'dev-mail' | 'dev-mail-message' | 'demo'>
