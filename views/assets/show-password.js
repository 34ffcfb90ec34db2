/** Shows the button beside a password field, which without scripts would do nothing, and lets it reveal what was typed. */
for (const button of document.querySelectorAll('[data-reveal]')) {
  const input = document.getElementById(button.dataset.reveal)
  const words = { password: button.textContent, text: button.dataset.hide }

  function show(type) {
    input.type = type
    button.textContent = words[type]
  }

  button.addEventListener('click', () => {
    show(input.type === 'password' ? 'text' : 'password')
    input.focus()
  })
  // Browsers remember what is typed into text fields: a password must leave as one.
  input.form.addEventListener('submit', () => show('password'))
  button.hidden = false
}
