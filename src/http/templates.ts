/** The templates of `views/` for nunjucks: each is compiled once, however many languages and kinds of text are made of it. */
import { readFileSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runInThisContext } from 'node:vm'
import nunjucks from 'nunjucks'

const folder = fileURLToPath(new URL('../../views', import.meta.url))

/** How templates are compiled. Escaping isn't part of it: that is decided when they run. */
export const compileOptions = { throwOnUndefined: true, trimBlocks: true, lstripBlocks: true } as const

const compiler = new nunjucks.Environment(null, compileOptions)

/** By path. They don't change while the process runs. */
const compiled = new Map<string, unknown>()

/** For one environment, which adds its own words, globals and escaping to the compiled code. */
export const templateLoader = (): nunjucks.ILoader => ({
  getSource(name) {
    const path = resolve(folder, name)
    if (!path.startsWith(folder + sep)) throw new Error(`${name} is not in views/`)
    let code = compiled.get(path)
    if (code === undefined) {
      code = compile(path)
      compiled.set(path, code)
    }
    // Nunjucks takes code in place of text; its types know of text alone.
    return { src: { type: 'code', obj: code } as unknown as string, path, noCache: false }
  },
})

function compile(path: string): unknown {
  const script = nunjucks.precompileString(readFileSync(path, 'utf8'), {
    name: path,
    env: compiler,
    wrapper: (templates) => (templates as unknown as { template: string }[])[0]?.template ?? '',
  })
  return runInThisContext(`(() => {${script}})()`, { filename: `${path}.js` }) as unknown
}
