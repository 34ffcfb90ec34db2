/** What scanners look for: the shape of keys, as a regular expression and as a rule of gitleaks. */

/** Of both environments; a key ends where no character of one follows. */
export function keyPattern(prefix: string): string {
  return String.raw`\b${prefix}_(?:live|test)_[0-9A-Za-z]{36}\b`
}

/** TOML, for the rules of gitleaks. */
export function gitleaksRule(prefix: string): string {
  return [
    '[[rules]]',
    `id = "${prefix}-api-key"`,
    `description = "API key (${prefix})"`,
    `regex = '''${keyPattern(prefix)}'''`,
    `keywords = ["${prefix}_live_", "${prefix}_test_"]`,
  ].join('\n')
}
