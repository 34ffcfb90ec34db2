/** What the command's exit status says. Scripts rely on it, so a number keeps its meaning for ever. */

export const exitCodes = {
  /** Done, or nothing was to be done. */
  ok: 0,
  /** Not done; or `doctor` has found a fault. The line on stderr says what to do. */
  fault: 1,
  /** `apply --dry-run`: the file and the server differ. */
  drift: 2,
  /** It can be done on the host only, and was asked for from elsewhere. */
  hostOnly: 3,
  /** The command line itself was wrong (EX_USAGE of sysexits.h). */
  usage: 64,
} as const

export const exitCodesHelp = `
Exit status:
  ${exitCodes.ok}   done, or nothing was to be done
  ${exitCodes.fault}   not done; the line on stderr says what to do
  ${exitCodes.drift}   apply --dry-run: the file and the server differ
  ${exitCodes.hostOnly}   it can be done on the host only, and KEYGRANT_URL names another one
  ${exitCodes.usage}  the command line was wrong`
