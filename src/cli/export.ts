/** `keygrant export`: the server as a file that `keygrant apply` takes. */
import type { Command } from 'commander'
import { answerOf } from './api/client.ts'
import { openApi } from './api/open.ts'
import { onHost } from './host/on-host.ts'
import type { Session } from './session.ts'

const help = `
A file is applied elsewhere with keygrant apply; lines are taken by keygrant users import and keygrant keys import, each of
which takes those of its kind:
  keygrant export > platform.yaml
  keygrant export --users --keys > moving-out.ndjson`

/** Whoever has the hashes can try passwords and keys of other systems for as long as they like. */
const exportLines = onHost(
  'Hashes of passwords and keys leave by nobody’s key, however much that one may do.',
  async () => (await import('./host/export-lines.ts')).exportLines,
)

interface ExportDocument {
  document: Record<string, unknown>
  notes: string[]
  left_out: string[]
  schema: string
}

export function addExportCommand(program: Command, { run }: Session): void {
  program
    .command('export')
    .description(
      'print tiers, resources, organizations, clients, webhooks and settings as a file that apply takes; no secrets',
    )
    .option(
      '--users',
      'in place of that, people with the hashes of their passwords, an object a line; on the host only',
    )
    .option('--keys', 'API keys with their hashes, the same; both may be given')
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action(
      run(async (io, options: { users?: boolean; keys?: boolean }) => {
        if (options.users || options.keys) return exportLines(io, options)
        const { output } = io
        await using api = await openApi({ output })
        const exported = await answerOf<ExportDocument>(api, { method: 'GET', path: '/v1/export' })
        output.result(exported.document, await fileText(exported))
        for (const note of notesOf(exported)) output.note(note)
      }),
    )
}

/** YAML, with what the document doesn't say above it. */
async function fileText({ document, schema, ...rest }: ExportDocument): Promise<string> {
  const { Document } = await import('yaml')
  const file = new Document(document)
  file.commentBefore = [` yaml-language-server: $schema=${schema}`, ...notesOf(rest).map((note) => ` ${note}`)].join(
    '\n',
  )
  return file.toString({ lineWidth: 0 })
}

function notesOf({ notes, left_out: leftOut }: Pick<ExportDocument, 'notes' | 'left_out'>): string[] {
  const missing =
    leftOut.length === 0 ? [] : [`not in here, since the credential may not read them: ${leftOut.join(', ')}`]
  return [...missing, ...notes]
}
