/** `keygrant export`: the server as a file that `keygrant apply` takes. */
import type { Command } from 'commander'
import { Document } from 'yaml'
import { answerOf } from './api/client.ts'
import { openApi } from './api/open.ts'
import type { Session } from './session.ts'

interface ExportDocument {
  document: Record<string, unknown>
  notes: string[]
  left_out: string[]
  schema: string
}

export function addExportCommand(program: Command, { run }: Session): void {
  program
    .command('export')
    .description('print tiers, resources, organizations, clients and settings as a file that apply takes; no secrets')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }) => {
        await using api = await openApi({ output })
        const exported = await answerOf<ExportDocument>(api, { method: 'GET', path: '/v1/export' })
        output.result(exported.document, fileText(exported))
        for (const note of notesOf(exported)) output.note(note)
      }),
    )
}

/** YAML, with what the document doesn't say above it. */
function fileText({ document, schema, ...rest }: ExportDocument): string {
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
