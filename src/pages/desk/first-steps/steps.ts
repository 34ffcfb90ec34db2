/** The first steps of a new platform: which are taken is seen in what there is, and nothing has to be ticked. */
import type { CheckFigure } from '../../../check/figures.ts'
import { isManagementScope } from '../../../http/api/scopes.ts'
import { day, type Clock } from '../../../platform/clock.ts'
import type { Db } from '../../../platform/database.ts'
import type { Catalogue } from '../../../resources/catalogue.ts'
import type { Resource } from '../../../resources/resource.ts'
import { notes } from '../../demo/demo.ts'
import { findEnd, findTaken, setEnd } from './store.ts'

export interface FirstStepServices {
  db: Db
  clock: Clock
  catalogue: Pick<Catalogue, 'all'>
  /** What this process has answered at checks: known at once, where usage is written a little later. */
  figures: () => readonly CheckFigure[]
}

export interface FirstSteps {
  /** The platform's own API, not this one; null: none has a scope yet. */
  resource: Resource | null
  key: boolean
  policy: boolean
  check: boolean
  gateway: boolean
}

const lookBackMs = 7 * day * 1000

/** Null once they have ended. Those that are all taken end by it. */
export async function openFirstSteps(services: FirstStepServices): Promise<FirstSteps | null> {
  const { db, clock } = services
  if ((await findEnd(db)) !== null) return null
  const steps = await readFirstSteps(services)
  if (steps.resource === null || !steps.key || !steps.check || !steps.gateway) return steps
  await setEnd(db, clock.now())
  return null
}

export async function readFirstSteps({ db, clock, catalogue, figures }: FirstStepServices): Promise<FirstSteps> {
  const own = catalogue
    .all()
    .filter(
      ({ identifier, scopes }) =>
        identifier !== notes.identifier && scopes.some(({ name }) => !isManagementScope(name)),
    )
  const resource = own.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())[0] ?? null
  const scopes = own.flatMap((one) => one.scopes.map(({ name }) => name))
  const taken = await findTaken(db, scopes, new Date(clock.now().getTime() - lookBackMs))
  const answered = figures().filter(({ kind, value }) => kind !== 'none' && value > 0)
  return {
    ...taken,
    resource,
    check: taken.check || answered.length > 0,
    gateway: taken.gateway || answered.some(({ policy }) => policy !== ''),
  }
}
