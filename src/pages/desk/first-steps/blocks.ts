/** The first steps as a list that ticks itself off. What can't be done yet is told, and shown when its turn comes. */
import { action, say, snippet, steps, waiting } from '../../../http/screen-parts.ts'
import type { Block } from '../../../http/screen.ts'
import { checkByHand, nginxServer } from './examples.ts'
import type { FirstSteps } from './steps.ts'

export const firstStepsPath = '/admin/first-steps'
const lookEverySeconds = 3

/**
 * @param checkUrl where checks are answered
 * @param level of their headings
 */
export function firstStepBlocks(
  { resource, key, policy, check, gateway }: FirstSteps,
  checkUrl: string,
  level?: 2 | 3,
): Block {
  return steps(
    [
      {
        title: say('first-steps.resource'),
        text: say('first-steps.resource.text'),
        done: resource !== null,
        action:
          resource === null ? action(say('first-steps.resource.action'), '/admin/resources/new', 'primary') : null,
      },
      {
        title: say('first-steps.key'),
        text: say('first-steps.key.text'),
        done: key,
        action: resource !== null && !key ? action(say('first-steps.key.action'), '/admin/keys/new', 'primary') : null,
      },
      {
        title: say('first-steps.check'),
        text: say('first-steps.check.text'),
        done: check,
        blocks:
          resource !== null && key && !check
            ? [
                snippet(say('first-steps.check.code'), checkByHand(checkUrl, resource)),
                waiting(say('first-steps.check.waiting'), `${firstStepsPath}/come?step=check`, lookEverySeconds),
              ]
            : [],
      },
      {
        title: say('first-steps.gateway'),
        text: say('first-steps.gateway.text'),
        done: gateway,
        blocks:
          resource !== null && check && policy && !gateway
            ? [
                snippet(say('first-steps.gateway.code'), nginxServer(checkUrl, resource)),
                waiting(say('first-steps.gateway.waiting'), `${firstStepsPath}/come?step=gateway`, lookEverySeconds),
              ]
            : [],
        action: gatewayAction({ policy, check, gateway }),
      },
    ],
    level,
  )
}

function gatewayAction({ policy, check, gateway }: Pick<FirstSteps, 'policy' | 'check' | 'gateway'>) {
  if (!check || gateway) return null
  return policy
    ? action(say('first-steps.gateway.guide'), '/docs/gateways')
    : action(say('first-steps.gateway.action'), '/admin/policies', 'primary')
}
