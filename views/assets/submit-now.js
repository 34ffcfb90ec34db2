/** Sends the page's one form on to the app, once, as soon as it is there. */
document.forms[0]?.submit()
