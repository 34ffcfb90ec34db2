/** A browser without a screen: keeps cookies, follows nothing, and sends forms as they were shown. */

export interface Answer {
  status: number
  headers: Headers
  /** Where it leads, without the origin where that is ours. */
  location: string | null
  text: string
}

export interface Visitor {
  cookies: Map<string, string>
  get(path: string): Promise<Answer>
  /** Sends the form of a page that was shown, with its hidden fields; the main one, unless another is named by its action. */
  submit(page: Answer, fields: Record<string, string>, action?: string): Promise<Answer>
  post(path: string, fields: Record<string, string>): Promise<Answer>
}

export function createVisitor(origin: string, headers: Record<string, string> = {}): Visitor {
  const cookies = new Map<string, string>()

  async function request(path: string, init: RequestInit): Promise<Answer> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(origin + path, {
      ...init,
      redirect: 'manual',
      headers: { ...headers, ...(cookie === '' ? {} : { cookie }) },
    })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const name = pair.slice(0, pair.indexOf('='))
      if (/expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name)
      else cookies.set(name, pair.slice(name.length + 1))
    }
    return {
      status: response.status,
      headers: response.headers,
      location: response.headers.get('location'),
      text: await response.text(),
    }
  }

  const post = (path: string, fields: Record<string, string>) =>
    request(path, { method: 'POST', body: new URLSearchParams(fields) })

  return {
    cookies,
    get: (path) => request(path, { method: 'GET' }),
    post,
    submit(page, fields, action) {
      const form = formOf(page.text, action)
      return post(form.action, { ...form.hidden, ...fields })
    },
  }
}

export interface Form {
  action: string
  hidden: Record<string, string>
  /** What the other fields hold as shown. */
  values: Record<string, string>
}

/** The form in the page's main part, or the one that posts to `action`. */
export function formOf(html: string, action?: string): Form {
  const forms = [...html.matchAll(/(<form[^>]*>)(.*?)<\/form>/gs)].map(([, tag = '', inside = '']) => ({ tag, inside }))
  const form = forms.find(({ tag }) =>
    action === undefined ? attribute(tag, 'class') === 'form' : attribute(tag, 'action') === action,
  )
  if (!form) throw new Error('the page has no such form')
  const inputs = [...form.inside.matchAll(/<input[^>]*>/g)].map(([tag]) => ({
    name: attribute(tag, 'name'),
    value: attribute(tag, 'value'),
    hidden: attribute(tag, 'type') === 'hidden',
  }))
  const collect = (chosen: typeof inputs) => Object.fromEntries(chosen.map(({ name, value }) => [name, value]))
  return {
    action: attribute(form.tag, 'action'),
    hidden: collect(inputs.filter(({ hidden }) => hidden)),
    values: collect(inputs.filter(({ hidden }) => !hidden)),
  }
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
  return value
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
