// Says beforehand that files are too large, and shows how far an upload is. The server answers with the page to go to,
// in the header X-Portaal-Location.
class Upload {
  constructor(form) {
    this.form = form;
    this.bar = form.querySelector('progress');
    this.status = form.querySelector('[role=status]');
    this.files = form.querySelector('input[type=file]');
    this.files.addEventListener('change', () => this.fits());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.fits()) this.send();
      else this.stay();
    });
  }

  // Whether the files are not too large together; says so.
  fits() {
    const { pzMost, pzTooLarge } = this.status.dataset;
    const total = [...this.files.files].reduce((sum, { size }) => sum + size, 0);
    const fits = !pzMost || total <= Number(pzMost);
    this.files.setAttribute('aria-invalid', !fits);
    this.say(fits ? '' : pzTooLarge.replace('{megabytes}', Math.ceil(total / 1e6)));
    return fits;
  }

  stay() {
    this.files.focus();
    delete this.form.dataset.pzSent;
  }

  send() {
    const request = new XMLHttpRequest();
    request.upload.addEventListener('progress', (event) => this.show(event));
    request.upload.addEventListener('load', () => this.say(this.status.dataset.pzChecking));
    request.addEventListener('load', () => this.follow(request));
    request.addEventListener('error', () => this.fail());
    request.open('POST', this.form.action);
    request.setRequestHeader('X-Requested-With', 'portaal');
    request.setRequestHeader('X-CSRF-Token', this.form.elements.csrf_token.value);
    request.send(new FormData(this.form));
  }

  show({ lengthComputable, loaded, total }) {
    if (!lengthComputable) return;
    this.bar.hidden = false;
    this.bar.max = total;
    this.bar.value = loaded;
    // Screen readers hear tens only.
    this.say(this.status.dataset.pzProgress.replace('{percent}', Math.floor((loaded / total) * 10) * 10));
  }

  follow(request) {
    const address = request.getResponseHeader('X-Portaal-Location');
    const next = address && new URL(address, location.href);
    if (next?.origin === location.origin) location.assign(next);
    // Refused, so nothing was kept: the plain form may be sent, and brings the page that says why.
    else if (request.status >= 400 && request.status < 500) this.form.submit();
    else this.fail();
  }

  // Whether the files arrived is unknown here, so people look before they send them again.
  fail() {
    this.bar.hidden = true;
    this.say(this.status.dataset.pzFailed);
    delete this.form.dataset.pzSent;
  }

  say(text) {
    if (this.status.textContent !== text) this.status.textContent = text;
  }
}

for (const form of document.querySelectorAll('form[data-pz-upload]')) new Upload(form);
