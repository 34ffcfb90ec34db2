/** A problem of the API as the end of a command: what is wrong, each fault of the input, and the id to ask the log for. */
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { printable } from '../output.ts'

/** RFC 9457, as the API answers it; on the host without `request_id`, since there is no request. */
export interface ProblemDocument {
  status: number
  code: string
  title: string
  detail?: string
  request_id?: string
  errors?: readonly { path: string; code: string; message: string }[]
  [member: string]: unknown
}

/** What no key can do, wherever it comes from. */
const hostOnly = new Set(['host_only', 'fresh_sign_in_required', 'insufficient_user_authentication'])

export class ProblemFailure extends CommandFailure {
  override name = 'ProblemFailure'
  readonly problem: ProblemDocument

  /** @param placeOf what a fault's place is called where it came from; as the API has it unless said */
  constructor(problem: ProblemDocument, placeOf: PlaceOf = placeInInput) {
    super(problemText(problem, placeOf), hostOnly.has(problem.code) ? exitCodes.hostOnly : exitCodes.fault)
    this.problem = problem
  }
}

/**
 * @example
 * The input has faults:
 *   scopes.0: there is no scope reports:fly
 * Request 3f0c…
 */
function problemText({ title, detail, errors = [], request_id: requestId }: ProblemDocument, placeOf: PlaceOf): string {
  const what = detail ?? `${title}.`
  const faults = errors.map(
    ({ path, message }) => `  ${printable(path === '' ? message : `${placeOf(path)}: ${message}`)}`,
  )
  return [
    printable(faults.length > 0 ? what.replace(/: see errors\.$/, ':') : what),
    ...faults,
    ...(requestId === undefined ? [] : [`Request ${printable(requestId)}`]),
  ].join('\n')
}

export type PlaceOf = (path: string) => string

/** `/scopes/0` is `scopes.0`; a parameter's name stays what it is. */
export const placeInInput: PlaceOf = (path) => path.replace(/^\//, '').replaceAll('/', '.')
