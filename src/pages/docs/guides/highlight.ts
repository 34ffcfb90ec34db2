/** Code in colours, as classes that the stylesheet knows: nothing of it runs in the browser. */
import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import go from 'highlight.js/lib/languages/go'
import http from 'highlight.js/lib/languages/http'
import ini from 'highlight.js/lib/languages/ini'
import json from 'highlight.js/lib/languages/json'
import nginx from 'highlight.js/lib/languages/nginx'
import python from 'highlight.js/lib/languages/python'
import typescript from 'highlight.js/lib/languages/typescript'
import yaml from 'highlight.js/lib/languages/yaml'
import { escapeHtml } from '../../../http/view-values.ts'

const known = { bash, go, http, ini, json, nginx, python, typescript, yaml }
for (const [name, language] of Object.entries(known)) hljs.registerLanguage(name, language)

/** As fences and files call them. */
const byName: Readonly<Record<string, string>> = {
  sh: 'bash',
  ts: 'typescript',
  js: 'typescript',
  yml: 'yaml',
  conf: 'nginx',
  tf: 'ini',
  ...Object.fromEntries(Object.keys(known).map((name) => [name, name])),
}

/** Escaped HTML; in one colour where the language isn't known. */
export function highlight(code: string, name: string): string {
  const language = byName[name]
  if (language === undefined) return escapeHtml(code)
  return hljs.highlight(code, { language }).value
}
