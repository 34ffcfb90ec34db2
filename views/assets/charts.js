/** Draws the charts of a page, whose numbers stand below each in a table; the library comes only where there is one. */
const figures = [...document.querySelectorAll('[data-chart]')]

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

const tones = { neutral: '--chart-neutral', good: '--chart-good', caution: '--chart-caution', danger: '--chart-danger' }

function draw(figure) {
  const { kind, labels, series, limit } = JSON.parse(figure.dataset.chart)
  const frame = figure.querySelector('.chart-canvas')
  frame.hidden = false
  const canvas = document.createElement('canvas')
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', figure.querySelector('figcaption').textContent)
  frame.replaceChildren(canvas)
  const lang = document.documentElement.lang
  const spanDays = (new Date(labels.at(-1)) - new Date(labels[0])) / 86_400_000
  const format = new Intl.DateTimeFormat(lang, {
    timeZone: 'UTC',
    ...(spanDays > 2 ? { month: 'short', day: 'numeric' } : { hour: '2-digit', minute: '2-digit' }),
  })
  const drawn = series.map(({ label, tone, points }) => ({
    label,
    data: points,
    backgroundColor: colour(tones[tone]),
    borderColor: colour(tones[tone]),
    borderWidth: kind === 'line' ? 2 : 0,
    borderRadius: 2,
    pointRadius: 0,
    maxBarThickness: 28,
    tension: 0.25,
  }))
  if (limit !== null) {
    drawn.push({
      type: 'line',
      label: figure.dataset.limit,
      data: labels.map(() => limit),
      borderColor: colour('--ink-soft'),
      borderDash: [4, 4],
      borderWidth: 1.5,
      pointRadius: 0,
      // Beside what is piled up, not on top of it.
      stack: 'limit',
    })
  }
  const scale = {
    border: { display: false },
    ticks: { color: colour('--ink-soft') },
    stacked: kind === 'bar',
  }
  return new window.Chart(canvas, {
    type: kind,
    data: { labels: labels.map((at) => format.format(new Date(at))), datasets: drawn },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false },
      font: { family: getComputedStyle(document.body).fontFamily },
      scales: {
        x: { ...scale, grid: { display: false }, ticks: { ...scale.ticks, maxRotation: 0, autoSkipPadding: 16 } },
        y: {
          ...scale,
          beginAtZero: true,
          grid: { color: colour('--line') },
          ticks: { ...scale.ticks, precision: 0, maxTicksLimit: 5 },
        },
      },
      plugins: {
        legend: {
          display: drawn.length > 1,
          position: 'bottom',
          labels: { color: colour('--ink-soft'), boxWidth: 12, boxHeight: 12, useBorderRadius: true, borderRadius: 3 },
        },
      },
    },
  })
}

if (figures.length > 0) {
  const drawing = document.createElement('script')
  drawing.src = figures[0].dataset.drawing
  drawing.addEventListener('load', () => {
    let charts = figures.map(draw)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      for (const chart of charts) chart.destroy()
      charts = figures.map(draw)
    })
  })
  document.head.append(drawing)
}
