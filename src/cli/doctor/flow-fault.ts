/** What stopped a flow, and at which step of it. */

export type FlowStep = 'discovery' | 'authorization' | 'token' | 'userinfo'

/** The message says in words what went wrong. */
export class FlowFault extends Error {
  override name = 'FlowFault'
  readonly step: FlowStep

  constructor(step: FlowStep, detail: string) {
    super(detail)
    this.step = step
  }
}
