/** Looks whether what a page waits for has come, and shows it then. */
for (const note of document.querySelectorAll('[data-waiting]')) {
  const timer = setInterval(() => void look(), Number(note.dataset.seconds) * 1000)

  async function look() {
    if (document.visibilityState !== 'visible') return
    try {
      const answer = await fetch(note.dataset.waiting, { headers: { accept: 'application/json' } })
      if (answer.ok && (await answer.json()).come) location.reload()
      // Signed out, or gone: the page says so when it is used next.
      if (answer.status === 401 || answer.status === 404) clearInterval(timer)
    } catch {
      // The server can't be reached for a moment; the next look may.
    }
  }
}
