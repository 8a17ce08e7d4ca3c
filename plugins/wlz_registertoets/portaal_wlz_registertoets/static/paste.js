// Reads a chosen file into the field for lines. The file itself is never sent, so it is not kept on the way either.
const lines = document.querySelector('[data-wlz-lines]');
const choose = document.querySelector('[data-wlz-choose]');
const told = document.querySelector('[data-wlz-chosen]');
const LARGEST = 50_000;

choose.hidden = false;
choose.querySelector('input').addEventListener('change', async ({ target }) => {
  const [file] = target.files;
  target.value = '';
  if (!file) return;
  const text = file.size > LARGEST ? '\0' : await file.text();
  if (text.includes('\0')) {
    told.textContent = told.dataset.wlzRefused;
  } else {
    lines.value = text;
    told.textContent = told.dataset.wlzChosen;
    lines.focus();
  }
});
