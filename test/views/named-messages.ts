/** Which messages the program names: whole, or as a pattern with something in the middle (`key.status.${status}`). */
import { globSync, readFileSync } from 'node:fs'

const root = new URL('../../', import.meta.url).pathname
const sources = globSync(['src/**/*.ts', 'views/**/*.njk'], { cwd: root })
  .filter((path) => !path.startsWith('src/platform/prisma/'))
  .map((path) => readFileSync(root + path, 'utf8'))

const whole = /['"`]([a-z][\w-]*(?:\.[\w-]+)+)['"`]/g
const templates = /`([a-z][\w.-]*\$\{[^`]*)`/g
/** In views: `'scope.' ~ name ~ '.title'`. */
const joined = /'([a-z][\w-]*\.[\w.-]*)' ~ [\w.[\]]+(?: ~ '([\w.-]*)')?/g

const escaped = (text: string) => text.replaceAll(/[.$*+?()[\]{}|\\^]/g, String.raw`\$&`)

const names = new Set(sources.flatMap((text) => [...text.matchAll(whole)].map(([, name = '']) => name)))
const patterns = [
  ...new Set(
    sources.flatMap((text) => [
      ...[...text.matchAll(templates)].map(([, template = '']) =>
        template
          .split(/\$\{[^}]*\}/)
          .map(escaped)
          .join('.+'),
      ),
      ...[...text.matchAll(joined)].map(([, before = '', after = '']) => `${escaped(before)}.+${escaped(after)}`),
    ]),
  ),
].map((pattern) => new RegExp(`^${pattern}$`))

export function isNamed(key: string): boolean {
  return names.has(key) || patterns.some((pattern) => pattern.test(key))
}
