/** The work of `keygrant audit verify`. */
import { verifyAudit, type AuditFault, type Checkpoint } from '../../audit/verify.ts'
import { exitCodes } from '../exit-codes.ts'
import { printable } from '../output.ts'
import type { CommandIo } from '../session.ts'
import { openWorkbench } from '../workbench.ts'

const words: Readonly<Record<AuditFault['kind'], string>> = {
  removed: 'removed',
  altered: 'altered, moved here, or sealed under a key that SECRET_KEY has no more',
  inserted: 'put in by somebody else than the server',
  end_removed: 'the end was cut off',
  end_altered: 'what says where the end is was altered, or sealed under a key that SECRET_KEY has no more',
  segment_altered: 'the seal of this segment was altered, or made under a key that SECRET_KEY has no more',
}

export async function verifyAuditTrail(
  { output }: CommandIo,
  { checkpoint }: { checkpoint?: Checkpoint },
): Promise<number> {
  await using bench = await openWorkbench()
  const { rows, droppedTo, waiting, end, faults, moreFaults } = await verifyAudit({
    ...bench,
    checkpoint: checkpoint ?? null,
  })
  const sound = faults.length === 0
  const document = {
    sound,
    rows,
    dropped_to: Number(droppedTo),
    waiting,
    checkpoint: end && `${end.seq}:${end.mac.toString('base64url')}`,
    faults: faults.map(({ kind, seq, lastSeq, id }) => ({ kind, seq: Number(seq), last_seq: Number(lastSeq), id })),
    more_faults: moreFaults,
  }
  const lines = [
    ...faults.map(line),
    ...(moreFaults > 0 ? [`and ${moreFaults} more`] : []),
    ...(droppedTo > 0n ? [`Rows up to ${droppedTo} were dropped by the server, being too old.`] : []),
    `${rows} rows looked at${sound ? ', and each is as it was written' : ''}; ${waiting} wait to be linked.`,
    ...(document.checkpoint === null ? [] : [`Checkpoint: ${document.checkpoint}`]),
  ]
  output.result(document, lines.join('\n'))
  return sound ? exitCodes.ok : exitCodes.fault
}

function line({ kind, seq, lastSeq, id }: AuditFault): string {
  const place = lastSeq === seq ? `row ${seq}` : `rows ${seq} to ${lastSeq}`
  return `FAULT  ${place}${id === null ? '' : ` (${printable(id)})`}: ${words[kind]}`
}
