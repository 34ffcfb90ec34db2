/** English: the guide by symptom. */
import { retryCommand, retryProgram } from '../../retry.ts'
import type { Addresses, Section } from '../words.ts'

export function troubleshooting({ apiUrl, supportEmail, upgradeUrl }: Addresses): Section[] {
  return [
    {
      id: 'glance',
      title: 'At a glance',
      blocks: [
        {
          statuses: [
            { status: 200, meaning: 'Success', action: 'Go on.' },
            {
              status: 401,
              meaning: 'We don’t accept the credential',
              action: '[Check the key](#status-401). Don’t retry.',
            },
            {
              status: 403,
              meaning: 'We know you, but you may not',
              action: '[Check scopes and rights](#status-403). Don’t retry.',
            },
            { status: 429, meaning: 'Over a limit', action: '[Wait, longer each time](#status-429).' },
            {
              status: 503,
              meaning: 'We can’t know at the moment',
              action: '[Wait and retry](#status-429). Your key is fine.',
            },
          ],
        },
        {
          text: 'Every refusal says more: its `code` has a page under [Errors](/docs/errors), and its `detail` names what is meant.',
        },
        {
          text: 'When in doubt, ask the key about itself. This is never charged, and answers with its status, its scopes and its end, or with the reason why it isn’t taken:',
        },
        { label: 'Shell', code: `curl -i ${apiUrl}/v1/keys/self \\\n  -H "Authorization: Bearer $API_KEY"` },
      ],
    },
    {
      id: 'status-401',
      title: '401: the key isn’t accepted',
      blocks: [
        { text: 'The same key will be refused again, so don’t retry. Look at `code`:' },
        {
          list: [
            '{missing}: no key came. Is the variable empty? Did a redirect drop the header?',
            '{malformed}: it can’t be a key. Was it cut off, or did a line break come along?',
            '{not_found}: no key of this server. Is it the key of another environment?',
            '{expired}, {revoked}, {disabled}: it was good once. See [It worked yesterday](#yesterday).',
          ],
        },
        {
          text: 'An app’s access token lives minutes. Get a new one with the refresh token, and only if that is refused too, ask the person to sign in.',
        },
      ],
    },
    {
      id: 'status-403',
      title: '403: the key may not do this',
      blocks: [
        { text: 'The key is good, but not for this. Look at `code`:' },
        {
          list: [
            '{insufficient_scope}: `missing_scopes` names what it lacks.',
            '{wrong_resource}, {wrong_environment}: it is for another API, or a test key in production.',
            '{ip_not_allowed}: it comes from a network that isn’t in its list.',
            '{forbidden}: a field or an action for administrators only. `detail` names it.',
            '{no_route}: the gateway knows no such method and path.',
            '{https_required}: see [Unencrypted requests](#unencrypted).',
          ],
        },
        { text: 'What belongs to others is a 404, not a 403: we don’t tell whether it exists.' },
      ],
    },
    {
      id: 'status-429',
      title: '429: “Rate limit exceeded”',
      blocks: [
        {
          text: 'Wait at least as long as `Retry-After` says, then try again. Double the pause after each failure (exponential back-off) and add a random part (jitter), so that your workers don’t all come back at the same instant. The same goes for 503.',
        },
        { label: 'JavaScript', code: retryProgram },
        { label: 'Shell', code: retryCommand(apiUrl) },
        {
          list: [
            'Better than waiting is not to run into it: every answer has `RateLimit`, with `r` for what remains and `t` for the seconds until there is more.',
            'Keep answers that seldom change.',
            'Let one place in your program count for all of its workers.',
            'A refused request costs nothing, so a retry after the pause isn’t held against you.',
          ],
        },
      ],
    },
    {
      id: 'yesterday',
      title: 'It worked yesterday',
      blocks: [
        { text: 'Then something about the key has changed. From the most frequent to the rarest:' },
        {
          list: [
            '{expired}: its 90 days are over. Make a new key, and let a program rotate it from now on.',
            '{expired}: somebody rotated it, and this place still has the old secret, whose grace is over.',
            '{revoked}: somebody revoked it, or it was found in public.',
            '{disabled}: the person for whom it acts has left. Keys of service accounts outlast people.',
            '{insufficient_scope}: its owner lost a role, or somebody narrowed the key.',
            '{ip_not_allowed}: your program has moved to another network.',
            '{rate_limited}: your traffic has grown, or another program uses the same key.',
          ],
        },
      ],
    },
    {
      id: 'limits',
      title: 'Limits, and larger ones',
      blocks: [
        {
          text: 'Each key has two limits by its tier: calls in any 60 minutes (`hour`), and calls at once (`burst`), which fills up again steadily. All keys of an organization may share a ceiling besides. Yours, and what is left of them:',
        },
        { label: 'Shell', code: `curl ${apiUrl}/v1/limits \\\n  -H "Authorization: Bearer $API_KEY"` },
        {
          text: 'The hour is counted by whole minutes, so a call is forgotten 60 to 61 minutes after it was made: never earlier. `test` and `live` are counted apart.',
        },
        {
          text:
            upgradeUrl === null
              ? `For a larger tier, write to [${supportEmail}](mailto:${supportEmail}). It holds within a second, for every key of the organization, and what was spent stays spent.`
              : `A larger tier is [here](${upgradeUrl}). It holds within a second, for every key of the organization, and what was spent stays spent.`,
        },
      ],
    },
    {
      id: 'unencrypted',
      title: 'Unencrypted requests',
      blocks: [
        {
          text: 'Requests over plain `http` are refused with {https_required} and not redirected. By then the key has crossed the network for everybody to read: the key is marked as exposed. Call `https://`, and rotate the key.',
        },
      ],
    },
    {
      id: 'gateway',
      title: 'Behind a gateway',
      blocks: [
        {
          text: 'Where a gateway in front of an API asks this server, it passes on what it can. Some know no 429 or 503 from a check and answer 403 in their place, and some keep the reason to themselves.',
        },
        {
          list: [
            'See the verdict itself: `x-auth-code` and `x-auth-status`, if the gateway lets them through, or ask here directly with `GET /v1/keys/self`.',
            'If a call succeeds here and fails there, the gateway’s policy is the difference: its scopes, environment or routes.',
            'If each call fails with {bad_request}, the gateway is set up wrongly. It is a 401 on purpose: nothing passes by mistake.',
            'If you run the gateway: delete incoming `x-auth-*` headers, send on `Authorization`, and don’t cache the verdict.',
          ],
        },
      ],
    },
    {
      id: 'ask',
      title: 'Ask us',
      blocks: [
        {
          text: `Write to [${supportEmail}](mailto:${supportEmail}), and send along:`,
        },
        {
          list: [
            'the `request_id` of the answer, which is in its header `x-request-id` too;',
            'its `code`, and the time with its zone;',
            'the key’s id (`key_…`) or its last four characters. Never the key: nobody of us will ask for it.',
          ],
        },
      ],
    },
  ]
}
