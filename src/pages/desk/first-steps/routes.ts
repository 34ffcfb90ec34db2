/** The first steps by themselves, for whoever has put them away, and what their list asks for while it waits. */
import { action, say, screen } from '../../../http/screen-parts.ts'
import type { Desk, DeskRoute } from '../desk.ts'
import { firstStepBlocks, firstStepsPath } from './blocks.ts'
import { readFirstSteps, type FirstStepServices } from './steps.ts'
import { setEnd } from './store.ts'

export type FirstStepPages = FirstStepServices & {
  /** Where checks are answered. */
  checkUrl: string
}

export function firstStepRoutes(pages: FirstStepPages): DeskRoute[] {
  return [
    { method: 'GET', path: firstStepsPath, handle: (desk) => show(desk, pages) },
    { method: 'GET', path: `${firstStepsPath}/come`, handle: (desk) => answer(desk, pages) },
    { method: 'POST', path: `${firstStepsPath}/end`, handle: (desk) => end(desk, pages) },
  ]
}

async function show(desk: Desk, pages: FirstStepPages): Promise<void> {
  desk.screen(
    screen({
      title: say('first-steps.title'),
      lead: say('first-steps.lead'),
      crumbs: [{ text: say('desk.console.overview'), href: '/admin' }],
      actions: [action(say('first-steps.docs'), '/docs')],
      blocks: [firstStepBlocks(await readFirstSteps(pages), pages.checkUrl, 2)],
    }),
  )
}

/** For the module that waits: whether the page would say something else now. */
async function answer(desk: Desk, pages: FirstStepPages): Promise<void> {
  const { check, gateway } = await readFirstSteps(pages)
  const come = desk.query['step'] === 'gateway' ? gateway : check
  desk.ctx.set('cache-control', 'no-store')
  desk.ctx.body = { come }
}

async function end(desk: Desk, { db, clock }: FirstStepPages): Promise<void> {
  await setEnd(db, clock.now())
  desk.done('/admin', 'first-steps-ended')
}
