/** Ignores a second press of a form's button while the first is under way. */
const sent = new Set()

document.addEventListener('submit', (event) => {
  // A button that sends nothing leaves the form unsent.
  if (event.submitter?.formMethod === 'dialog') return
  if (sent.has(event.target)) {
    event.preventDefault()
    return
  }
  sent.add(event.target)
  event.submitter?.setAttribute('aria-busy', 'true')
})

// A page that comes back by the back button is alive again, with all that it remembers.
window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return
  sent.clear()
  for (const button of document.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy')
})
