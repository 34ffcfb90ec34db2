/** What the command prints: one JSON document for machines, or text and tables for people. */
import type { Writable } from 'node:stream'
import { terminalJson } from '../platform/terminal-json.ts'

export interface Output {
  /** With `--json`: the document. Otherwise: the text. */
  result(document: unknown, text: string): void
  /** Never part of the result. */
  note(text: string): void
  /** The same, where machines know it from the document. */
  remark(text: string): void
}

export function createOutput(options: { json: boolean; stdout: Writable; stderr: Writable }): Output {
  const { json, stdout, stderr } = options
  return {
    result: (document, text) => stdout.write(json ? `${terminalJson(document, 2)}\n` : ensureNewline(text)),
    note: (text) => stderr.write(ensureNewline(text)),
    remark: (text) => json || stderr.write(ensureNewline(text)),
  }
}

/** Columns as wide as their widest cell, with two spaces between them. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows].map((cells) => cells.map(printable))
  const widths = header.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Names and values, one a line. */
export function fields(entries: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`).join('\n')
}

/** Names come from people: a terminal must not take a part of one for a command. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')
}

/** `2026-08-01 12:00` in UTC. */
export function shortTime(at: Date): string {
  return at.toISOString().slice(0, 16).replace('T', ' ')
}

const ensureNewline = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)
