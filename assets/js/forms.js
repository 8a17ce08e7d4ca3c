// The error summary asks for the focus after a failed submit.
document.querySelector('[data-pz-focus]')?.focus();

// A form that is on its way is not sent again. One that leaves its page standing (a download) has data-pz-repeat.
document.addEventListener('submit', (event) => {
  const { dataset, method } = event.target;
  if (method !== 'post' || 'pzRepeat' in dataset) return;
  if ('pzSent' in dataset) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  dataset.pzSent = '';
}, { capture: true });

// Back in a page that the browser kept, everything may be sent again.
addEventListener('pageshow', () => {
  for (const form of document.forms) delete form.dataset.pzSent;
});
