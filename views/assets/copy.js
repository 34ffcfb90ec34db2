/** Shows the buttons that copy what stands beside them; a page may get more of them while it is open. */
document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-copy]')
  if (button) void copy(button)
})

async function copy(button) {
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent)
  const words = button.querySelector('span')
  const before = words.textContent
  if (before === button.dataset.copied) return
  words.textContent = button.dataset.copied
  setTimeout(() => (words.textContent = before), 2000)
}

// Without the clipboard (plain http from elsewhere) they would do nothing.
if (navigator.clipboard) for (const button of document.querySelectorAll('[data-copy]')) button.hidden = false
