/** One call of the API as a program in each language of the tabs. */
import type { CodeLanguage } from '../guides/code.ts'

export interface ExampleCall {
  method: string
  url: string
  /** Whether a credential goes along. */
  credential: boolean
  body: unknown
}

const indent = (text: string, by: string) => text.replaceAll('\n', `\n${by}`)
const pretty = (body: unknown) => JSON.stringify(body, null, 2)

export function examplesOf(call: ExampleCall): { language: CodeLanguage; code: string }[] {
  return [
    { language: 'curl', code: curl(call) },
    { language: 'typescript', code: typescript(call) },
    { language: 'python', code: python(call) },
    { language: 'go', code: go(call) },
  ]
}

function curl({ method, url, credential, body }: ExampleCall): string {
  const quoted = pretty(body)?.replaceAll("'", String.raw`'\''`)
  const implied = body === undefined ? 'GET' : 'POST'
  return [
    `curl ${method === implied ? '' : `-X ${method} `}"${url}"`,
    ...(credential ? ['  -H "Authorization: Bearer $API_KEY"'] : []),
    ...(body === undefined ? [] : ['  -H "Content-Type: application/json"', `  -d '${quoted}'`]),
  ].join(' \\\n')
}

function typescript({ method, url, credential, body }: ExampleCall): string {
  const headers = [
    ...(credential ? ['    authorization: `Bearer ${process.env.API_KEY}`,'] : []),
    ...(body === undefined ? [] : ["    'content-type': 'application/json',"]),
  ]
  const options = [
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    ...(headers.length === 0 ? [] : ['  headers: {', ...headers, '  },']),
    ...(body === undefined ? [] : [`  body: JSON.stringify(${indent(pretty(body), '  ')}),`]),
  ]
  const argument = options.length === 0 ? '' : `, {\n${options.join('\n')}\n}`
  return `const answer = await fetch('${url}'${argument})\nconsole.log(answer.status, await answer.text())`
}

/** JSON and Python differ in three words; within strings those are left alone. */
function pythonValue(body: unknown): string {
  return pretty(body).replaceAll(/"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b/g, (token) => {
    if (token === 'true') return 'True'
    if (token === 'false') return 'False'
    return token === 'null' ? 'None' : token
  })
}

function python({ method, url, credential, body }: ExampleCall): string {
  return [
    ...(credential ? ['import os', ''] : []),
    'import requests',
    '',
    `answer = requests.${method.toLowerCase()}(`,
    `    "${url}",`,
    ...(credential ? ['    headers={"Authorization": f"Bearer {os.environ[\'API_KEY\']}"},'] : []),
    ...(body === undefined ? [] : [`    json=${indent(pythonValue(body), '    ')},`]),
    '    timeout=10,',
    ')',
    'print(answer.status_code, answer.text)',
  ].join('\n')
}

function go({ method, url, credential, body }: ExampleCall): string {
  const imports = [
    'fmt',
    'io',
    'log',
    'net/http',
    ...(credential ? ['os'] : []),
    ...(body === undefined ? [] : ['strings']),
  ]
  const reader = body === undefined ? 'nil' : 'strings.NewReader(body)'
  return [
    'package main',
    '',
    'import (',
    ...imports.map((name) => `\t"${name}"`),
    ')',
    '',
    'func main() {',
    ...(body === undefined ? [] : [`\tbody := \`${pretty(body).replaceAll('`', '` + "`" + `')}\``]),
    `\trequest, err := http.NewRequest("${method}", "${url}", ${reader})`,
    '\tif err != nil {',
    '\t\tlog.Fatal(err)',
    '\t}',
    ...(credential ? ['\trequest.Header.Set("Authorization", "Bearer "+os.Getenv("API_KEY"))'] : []),
    ...(body === undefined ? [] : ['\trequest.Header.Set("Content-Type", "application/json")']),
    '\tanswer, err := http.DefaultClient.Do(request)',
    '\tif err != nil {',
    '\t\tlog.Fatal(err)',
    '\t}',
    '\tdefer answer.Body.Close()',
    '\ttext, err := io.ReadAll(answer.Body)',
    '\tif err != nil {',
    '\t\tlog.Fatal(err)',
    '\t}',
    '\tfmt.Println(answer.Status, string(text))',
    '}',
  ].join('\n')
}
