/** The programs that tests run and npm does not have: where Debian puts each, and which packages bring it. */

export interface SystemProgram {
  /** What a person calls it. */
  title: string
  /** Where it is once its package is installed. */
  path: string
  /** The environment variable that names another copy, for a system without apt. */
  variable: string
  /** Debian packages: the program's own, then what it needs but only recommends or leaves to the desktop. */
  packages: readonly string[]
  /** The executable inside the unpacked packages; `path` may be a script that expects to be installed. */
  unpackedPath: string
}

export const systemPrograms = {
  chromium: {
    title: 'Chromium',
    path: '/usr/bin/chromium',
    variable: 'CHROMIUM',
    // Without DejaVu a bare system shows pages in whatever font comes first, which is a monospaced one.
    packages: ['chromium', 'fonts-liberation', 'fonts-dejavu-core'],
    unpackedPath: 'usr/lib/chromium/chromium',
  },
} satisfies Record<string, SystemProgram>
