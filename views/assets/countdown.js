/** Counts times down while the page is open, in the words of its language. */
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: 'always' })
const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]

const shown = [...document.querySelectorAll('[data-countdown]')]
// By the server's time at the answer, whatever this clock says: what was left then, less what has passed here.
const opened = performance.now()
const left = new Map(shown.map((time) => [time, Number(time.dataset.countdown)]))

function tell() {
  for (const time of shown) {
    const seconds = Math.round(left.get(time) - (performance.now() - opened) / 1000)
    const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= 2 * length) ?? units.at(-1)
    time.textContent = words.format(Math.trunc(seconds / size), unit)
  }
}

if (shown.length > 0) setInterval(tell, 1000)
