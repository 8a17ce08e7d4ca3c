// An outcome does not stay behind: leaving the page empties it, so that going back shows the form.
const outcome = document.querySelector('[data-wlz-gone]');
const printButton = outcome.querySelector('[data-wlz-print]');

printButton.hidden = false;
printButton.addEventListener('click', () => print());
addEventListener('pagehide', () => outcome.replaceChildren());
addEventListener('pageshow', (event) => {
  if (event.persisted) location.replace(outcome.dataset.wlzGone);
});
