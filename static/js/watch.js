// Watching the topics of the stage: the one of a lesson, or those that are chosen of several. What comes is told to the stage,
// whose pictures and rows stand still together; watching goes on meanwhile.

import { Chooser } from "./stage/chooser.js";
import { Stage } from "./stage/stage.js";
import { watchTopic } from "./watched_topic.js";

// The section has a topic; or a <template data-box>, of which each topic gets a copy in [data-boxes].
export function watch(section) {
  const watched = new Map(); // topic → what watches it
  const { topic, url } = section.dataset;
  const chooser = topic ? null : new Chooser(section, { onChosen: show });
  const stage = new Stage(section, {
    onPause: (isPaused) => { for (const each of watched.values()) each.hold(isPaused) },
    onFacts: (all) => chooser?.offer(all.map((facts) => facts.topic)),
  });
  if (topic) begin(topic, section, { isOnly: true });
  stage.readFacts();

  function begin(name, element, { isOnly }) {
    stage.add(name, element, { isOnly });
    watched.set(name, watchTopic(element, { topic: name, url, from: section.dataset.from }));
    if (stage.isPaused) watched.get(name).hold(true);
  }

  function show(names) {
    const boxes = section.querySelector("[data-boxes]");
    for (const name of [...watched.keys()].filter((each) => !names.includes(each))) {
      watched.get(name).end();
      watched.delete(name);
      stage.remove(name);
      boxOf(boxes, name).remove();
    }
    for (const name of names) {
      if (!watched.has(name)) begin(name, newBox(section, boxes, name), { isOnly: false });
    }
    names.forEach((name, at) => { // who is in its place is left alone
      const box = boxOf(boxes, name);
      if (boxes.children[at] !== box) boxes.insertBefore(box, boxes.children[at]);
    });
  }

  return () => {
    stage.end();
    for (const each of watched.values()) each.end();
  };
}

function newBox(section, boxes, name) {
  const box = section.querySelector("template[data-box]").content.firstElementChild.cloneNode(true);
  box.dataset.boxOf = name;
  for (const place of box.querySelectorAll("[data-topic-name]")) place.textContent = place.textContent.replace("{topic}", name);
  boxes.append(box);
  return box;
}

function boxOf(boxes, name) {
  return [...boxes.children].find(({ dataset }) => dataset.boxOf === name);
}
