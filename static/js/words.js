// What scripts say, in the page's language: lessons/web/script_words.py, which the page brings along as JSON.

const words = {};
for (const element of document.querySelectorAll("script[id^='words-']")) Object.assign(words, JSON.parse(element.textContent));

export function text(name, values = {}) {
  return words[name].replace(/%\((\w+)\)s/g, (placeholder, key) => values[key]);
}

export function has(name) {
  return name in words;
}
