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
  /** What makes it say its version and end. */
  versionArguments: readonly string[]
  /** Another program that does the same, only slower: it is taken where this one can't be brought. */
  instead?: string
  /** Installed, its package would start a service on this machine: so it is unpacked only, for root as well. */
  startsService: boolean
}

export const systemPrograms = {
  chromium: {
    title: 'Chromium',
    // The browser without its windows, menus and extensions: the same pages for half the work, and a new profile for a
    // quarter of it, which every person in a test needs.
    path: '/usr/bin/chromium-headless-shell',
    variable: 'CHROMIUM',
    // Without DejaVu a bare system shows pages in whatever font comes first, which is a monospaced one.
    packages: ['chromium-headless-shell', 'fonts-liberation', 'fonts-dejavu-core'],
    unpackedPath: 'usr/lib/chromium/chromium-headless-shell',
    versionArguments: ['--version'],
    instead: '/usr/bin/chromium',
    startsService: false,
  },
  nginx: {
    title: 'nginx',
    path: '/usr/sbin/nginx',
    variable: 'NGINX',
    packages: ['nginx'],
    unpackedPath: 'usr/sbin/nginx',
    versionArguments: ['-v'],
    startsService: true,
  },
  caddy: {
    title: 'Caddy',
    path: '/usr/bin/caddy',
    variable: 'CADDY',
    packages: ['caddy'],
    unpackedPath: 'usr/bin/caddy',
    versionArguments: ['version'],
    startsService: true,
  },
  redis: {
    title: 'Redis',
    path: '/usr/bin/redis-server',
    variable: 'REDIS_SERVER',
    packages: ['redis-server', 'redis-tools'],
    // `redis-server` is a link to it, and is told by the name that it is called by.
    unpackedPath: 'usr/bin/redis-server',
    versionArguments: ['--version'],
    startsService: true,
  },
} satisfies Record<string, SystemProgram>
