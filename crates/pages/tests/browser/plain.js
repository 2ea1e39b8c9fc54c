// Elements as texts that can be compared.

/** An element as text, without what no reader sees: space between elements, order of
 *  attributes, identities of commands. */
export const plain = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.data.trim() && node.data.replace(/\s+/g, " ").trim();
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const attributes = [...node.attributes]
    .filter(({ name }) => !(node.name === "command_id" && name === "value"))
    .map(({ name, value }) => `${name}=${value}`).sort();
  return `<${[node.localName, ...attributes].join(" ")}>${[...node.childNodes].map(plain).filter(Boolean).join("")}`;
};

export const inside = (nodes) => [...nodes].map(plain).filter(Boolean);
