/** What a browser would send of a form that is left as it was opened, hidden fields apart, which the agent sends itself. */
import { attribute, unescape, type Answer } from '../../support/agent.ts'

export function filled({ html, url }: Pick<Answer, 'html' | 'url'>, action: string): Record<string, string[]> {
  const form = [
    ...html.matchAll(/<form\b(?![^>]*\bmethod="get")[^>]*\baction="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g),
  ].find(([, one]) => one === action)?.[2]
  if (form === undefined) throw new Error(`no form for ${action} on ${url}`)
  const sent: Record<string, string[]> = {}
  const add = (name: string | null, value: string) => {
    if (name !== null) (sent[name] ??= []).push(value)
  }
  for (const [, tag = '', attributes = '', content = ''] of form.matchAll(
    /<(input|textarea|select)\b([^>]*)>(?:((?:(?!<\/?(?:textarea|select)\b)[\s\S])*)<\/(?:textarea|select)>)?/g,
  )) {
    const name = attribute(attributes, 'name')
    const type = attribute(attributes, 'type')
    if (tag === 'textarea') add(name, unescape(content))
    else if (tag === 'select') add(name, chosen(content))
    else if (type === 'checkbox' || type === 'radio') {
      if (/\bchecked\b/.test(attributes)) add(name, attribute(attributes, 'value') ?? 'on')
    } else if (type !== 'hidden' && type !== 'file') add(name, attribute(attributes, 'value') ?? '')
  }
  return sent
}

function chosen(options: string): string {
  const all = [...options.matchAll(/<option\b([^>]*)>/g)].map(([, one = '']) => one)
  return attribute(all.find((one) => /\bselected\b/.test(one)) ?? all[0] ?? '', 'value') ?? ''
}
