/** Decides in your own API whether a call may pass, with the same outcome as Keygrant's gateway check. */
export type { RefusalCode } from './codes.ts'
export type { Call, CallHeaders } from './credential.ts'
export { isKeygrantError, KeygrantError, type AnyKeygrantError } from './errors.ts'
export type { Identity } from './identity.ts'
export type { VerifierOptions } from './options.ts'
export type { Requirement } from './question.ts'
export type { Admission, HeaderPairs, Problem, Refusal, Verdict } from './verdict.ts'
export { createVerifier, type Decide, type Presented, type Verifier, type VerifierState } from './verifier.ts'
