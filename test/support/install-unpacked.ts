/**
 * The ordinary user's way to a program: Debian's packages, downloaded with package lists of our own and unpacked into a
 * cache folder, with a script that starts the program with the libraries and fonts found there.
 */
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runToEnd } from './install-command.ts'
import { aptInstall } from './install-with-apt.ts'
import type { SystemProgram } from './system-programs.ts'

/** Where the starting script of an unpacked program is, once the whole of it is in place. */
export function unpackedProgramPath(cacheDir: string, name: string): string {
  return path.join(cacheDir, name, 'run')
}

export async function installUnpacked(name: string, program: SystemProgram, cacheDir: string): Promise<string> {
  const home = path.join(cacheDir, name)
  const draft = `${home}.draft`
  await rm(draft, { recursive: true, force: true })

  const packages = await downloadPackages(program.packages, path.join(draft, 'apt'))
  const draftRoot = path.join(draft, 'root')
  for (const file of packages) await runToEnd('dpkg-deb', ['--extract', file, draftRoot])
  await rm(path.join(draft, 'apt'), { recursive: true })

  const root = path.join(home, 'root')
  const fontsFile = path.join(home, 'fonts.conf')
  await writeFile(path.join(draft, 'fonts.conf'), fontConfiguration(root, path.join(home, 'font-cache')))
  const libraryDirs = (await foldersWithLibraries(draftRoot)).map((dir) => path.join(root, dir))
  const script = path.join(draft, 'run')
  await writeFile(
    script,
    [
      '#!/bin/sh',
      `export LD_LIBRARY_PATH=${quoted(libraryDirs.join(':'))}`,
      `export FONTCONFIG_FILE=${quoted(fontsFile)}`,
      `exec ${quoted(path.join(root, program.unpackedPath))} "$@"`,
      '',
    ].join('\n'),
  )
  await chmod(script, 0o755)

  // The folder gets its name only when it is complete, so an interrupted download is never taken for a program.
  await rm(home, { recursive: true, force: true })
  await rename(draft, home)
  const installed = unpackedProgramPath(cacheDir, name)
  try {
    await runToEnd(installed, program.versionArguments)
  } catch (fault) {
    await rm(home, { recursive: true })
    throw fault
  }
  return installed
}

/** Downloads the packages and whatever they need that this system lacks; answers the files. */
async function downloadPackages(names: readonly string[], aptDir: string): Promise<string[]> {
  const stateDir = path.join(aptDir, 'state')
  const archivesDir = path.join(aptDir, 'cache', 'archives')
  await mkdir(path.join(stateDir, 'lists', 'partial'), { recursive: true })
  await mkdir(path.join(archivesDir, 'partial'), { recursive: true })
  await aptInstall(names, {
    'APT::Get::Download-Only': 'true',
    'APT::Get::ReInstall': 'true',
    'Dir::State': stateDir,
    'Dir::Cache': path.join(aptDir, 'cache'),
    // What is installed already is the system's own knowledge; the locks on it are the administrator's.
    'Dir::State::status': '/var/lib/dpkg/status',
    'Debug::NoLocking': 'true',
  })
  const files = await readdir(archivesDir)
  return files.filter((file) => file.endsWith('.deb')).map((file) => path.join(archivesDir, file))
}

/** Every folder below `root` that holds a shared library: some packages keep theirs beside the standard place. */
async function foldersWithLibraries(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const folders = entries
    .filter((entry) => !entry.isDirectory() && /\.so(\.|$)/.test(entry.name))
    .map((entry) => path.relative(root, entry.parentPath))
  return [...new Set(folders)].toSorted()
}

/** What an installed font configuration does with these packages; an unpacked one lacks what install scripts link. */
const fontFamilies = {
  'system-ui': 'DejaVu Sans',
  'sans-serif': 'DejaVu Sans',
  serif: 'DejaVu Serif',
  monospace: 'DejaVu Sans Mono',
  Arial: 'Liberation Sans',
  'Times New Roman': 'Liberation Serif',
  'Courier New': 'Liberation Mono',
}

function fontConfiguration(root: string, cacheDir: string): string {
  const aliases = Object.entries(fontFamilies).map(
    ([asked, family]) =>
      `  <alias binding="same"><family>${asked}</family><prefer><family>${family}</family></prefer></alias>`,
  )
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    '<fontconfig>',
    `  <dir>${path.join(root, 'usr/share/fonts')}</dir>`,
    '  <dir>/usr/share/fonts</dir>',
    `  <cachedir>${cacheDir}</cachedir>`,
    ...aliases,
    '  <match target="pattern"><edit name="hintstyle" mode="append"><const>hintslight</const></edit></match>',
    '</fontconfig>',
    '',
  ].join('\n')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
