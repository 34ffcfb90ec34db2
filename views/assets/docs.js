/** The documentation with a script: code can be copied, a language is chosen once for all, and the search answers while one types. */
const { copyWord, copiedWord } = document.querySelector('[data-copy-word]').dataset

// ── Copying; without the clipboard (plain http from elsewhere) a button would do nothing ──
if (navigator.clipboard) {
  // Of one thing in several languages, the one that is seen.
  for (const block of document.querySelectorAll('.code-tabs, :not(.code-tab-panel) > .code-block')) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'copy'
    button.textContent = copyWord
    button.setAttribute('aria-live', 'polite')
    button.addEventListener('click', () => void copy(block, button))
    block.append(button)
  }
}

async function copy(block, button) {
  const seen = [...block.querySelectorAll('code')].find((code) => code.checkVisibility())
  await navigator.clipboard.writeText(seen.textContent)
  button.textContent = copiedWord
  setTimeout(() => (button.textContent = copyWord), 2000)
}

// ── The language of the examples: in every group of this page, and on every page from now on ──
document.addEventListener('change', ({ target }) => {
  if (!target.matches?.('[data-tab]')) return
  const before = target.getBoundingClientRect().top
  for (const tab of document.querySelectorAll('[data-tab]')) if (tab.value === target.value) tab.checked = true
  const secure = location.protocol === 'https:' ? '; secure' : ''
  document.cookie = `docs_language=${target.value}; path=/docs; max-age=31536000; samesite=lax${secure}`
  // What stood before the eyes stays there, whatever grew above it.
  scrollBy({ top: target.getBoundingClientRect().top - before, behavior: 'instant' })
})

// ── Where the reader is on the page ──
const places = new Map(
  [...document.querySelectorAll('.docs-toc a')].map((link) => [decodeURIComponent(link.hash.slice(1)), link]),
)
if (places.size > 0) {
  const headings = [...places.keys()].map((id) => document.getElementById(id)).filter(Boolean)
  const show = () => {
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < 140)
    const here = passed.at(-1) ?? headings[0]
    for (const [id, link] of places) {
      if (id === here?.id) link.setAttribute('aria-current', 'true')
      else link.removeAttribute('aria-current')
    }
  }
  document.addEventListener('scroll', show, { passive: true })
  show()
}
document.querySelector('.docs-nav [aria-current]')?.scrollIntoView({ block: 'nearest', behavior: 'instant' })

// ── The search: findings under the field, read from the page that a plain search would open ──
const form = document.querySelector('[data-search]')
const field = form.querySelector('input')
const panel = document.createElement('div')
panel.className = 'docs-findings'
panel.hidden = true
form.append(panel)
let asked = ''

async function search() {
  const query = field.value.trim()
  asked = query
  if (query.length < 2) {
    panel.hidden = true
    return
  }
  const answer = await fetch(`/docs/search?q=${encodeURIComponent(query)}`)
  if (!answer.ok || asked !== query) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  if (asked !== query) return
  const found = page.querySelector('#findings .findings')
  const count = document.createElement('p')
  count.className = 'docs-findings-count'
  count.setAttribute('role', 'status')
  count.textContent = found ? page.querySelector('.docs-search-count').textContent : form.dataset.none
  panel.replaceChildren(count, ...(found ? [found] : []))
  panel.hidden = false
}

let waiting
field.addEventListener('input', () => {
  clearTimeout(waiting)
  waiting = setTimeout(() => void search(), 120)
})
field.addEventListener('focus', () => {
  if (panel.childElementCount > 0 && field.value.trim() === asked && asked.length > 1) panel.hidden = false
})

form.addEventListener('keydown', (event) => {
  const links = [field, ...panel.querySelectorAll('a')]
  if (event.key === 'Escape') {
    field.focus()
    panel.hidden = true
    return
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined || panel.hidden) return
  event.preventDefault()
  const at = links.indexOf(document.activeElement)
  links[(at + step + links.length) % links.length].focus()
})
document.addEventListener('click', (event) => {
  if (!form.contains(event.target)) panel.hidden = true
  else if (event.target.closest('.finding')) panel.hidden = true
})
form.addEventListener('focusout', (event) => {
  if (!form.contains(event.relatedTarget)) panel.hidden = true
})
document.addEventListener('keydown', (event) => {
  const typing = event.target.closest?.('input, textarea, select, [contenteditable]')
  if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  field.focus()
})
