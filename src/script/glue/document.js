// XML and HTML, to be read: a part of what browsers have.
(host, { text }) => {
  const ELEMENT = 1;
  const TEXT = 3;
  const COMMENT = 8;
  const DOCUMENT = 9;

  // Properties that are no part of what is shown.
  const hide = (object, properties) => {
    for (const [name, value] of Object.entries(properties)) Object.defineProperty(object, name, { value });
  };

  // A node of XML or HTML, to be read.
  class Node {
    constructor(nodeType, value, attributes = []) {
      this.nodeType = nodeType;
      this.nodeName = { [TEXT]: '#text', [COMMENT]: '#comment', [DOCUMENT]: '#document' }[nodeType] ?? value;
      this.nodeValue = nodeType === TEXT || nodeType === COMMENT ? value : null;
      this.attributes = attributes.map(([name, given]) => ({ name, value: given }));
      this.childNodes = [];
    }

    get tagName() {
      return this.nodeType === ELEMENT ? this.nodeName : undefined;
    }
    get localName() {
      return this.tagName?.split(':').pop();
    }
    get children() {
      return this.childNodes.filter((node) => node.nodeType === ELEMENT);
    }
    get childElementCount() {
      return this.children.length;
    }
    get firstChild() {
      return this.childNodes[0] ?? null;
    }
    get lastChild() {
      return this.childNodes.at(-1) ?? null;
    }
    get firstElementChild() {
      return this.children[0] ?? null;
    }
    get lastElementChild() {
      return this.children.at(-1) ?? null;
    }
    get documentElement() {
      return this.firstElementChild;
    }
    get head() {
      return this.getElementsByTagName('head')[0] ?? null;
    }
    get body() {
      return this.getElementsByTagName('body')[0] ?? null;
    }
    get title() {
      return this.getElementsByTagName('title')[0]?.textContent ?? '';
    }
    get parentElement() {
      return this.parentNode?.nodeType === ELEMENT ? this.parentNode : null;
    }
    get nextSibling() {
      return this.#sibling(1, () => true);
    }
    get previousSibling() {
      return this.#sibling(-1, () => true);
    }
    get nextElementSibling() {
      return this.#sibling(1, (node) => node.nodeType === ELEMENT);
    }
    get previousElementSibling() {
      return this.#sibling(-1, (node) => node.nodeType === ELEMENT);
    }
    #sibling(step, fits) {
      const all = this.parentNode?.childNodes ?? [];
      for (let at = all.indexOf(this) + step; all[at] !== undefined; at += step) {
        if (fits(all[at])) return all[at];
      }
      return null;
    }
    get id() {
      return this.getAttribute('id') ?? '';
    }
    get className() {
      return this.getAttribute('class') ?? '';
    }
    get classList() {
      return this.className.split(/\s+/).filter(Boolean);
    }
    get textContent() {
      if (this.nodeType === TEXT) return this.nodeValue;
      return this.childNodes.filter((node) => node.nodeType !== COMMENT).map((node) => node.textContent).join('');
    }
    get innerHTML() {
      return this.childNodes.map((node) => node.outerHTML).join('');
    }
    get outerHTML() {
      const escape = (value) => value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
      if (this.nodeType === TEXT) return escape(this.nodeValue);
      if (this.nodeType === COMMENT) return `<!--${this.nodeValue}-->`;
      if (this.nodeType === DOCUMENT) return this.innerHTML;
      const attributes = this.attributes.map(({ name, value }) => ` ${name}="${escape(value).replace(/"/g, '&quot;')}"`);
      const open = `<${this.nodeName}${attributes.join('')}`;
      return this.childNodes.length === 0 ? `${open}/>` : `${open}>${this.innerHTML}</${this.nodeName}>`;
    }
    getAttribute(name) {
      return this.attributes.find((attribute) => attribute.name === String(name))?.value ?? null;
    }
    hasAttribute(name) {
      return this.getAttribute(name) !== null;
    }
    getAttributeNames() {
      return this.attributes.map(({ name }) => name);
    }
    hasChildNodes() {
      return this.childNodes.length > 0;
    }
    *#descendants() {
      for (const child of this.children) {
        yield child;
        yield* child.#descendants();
      }
    }
    #all(fits) {
      return [...this.#descendants()].filter(fits);
    }
    getElementsByTagName(tagName) {
      const wanted = String(tagName);
      const { isHtml } = this.ownerDocument ?? this;
      const name = isHtml ? wanted.toLowerCase() : wanted;
      return this.#all((node) => name === '*' || node.nodeName === name);
    }
    getElementsByClassName(names) {
      const wanted = String(names).split(/\s+/).filter(Boolean);
      return this.#all((node) => wanted.every((name) => node.classList.includes(name)));
    }
    getElementsByName(name) {
      return this.#all((node) => node.getAttribute('name') === String(name));
    }
    getElementById(id) {
      return this.#all((node) => node.getAttribute('id') === String(id))[0] ?? null;
    }
    toString() {
      return this.outerHTML;
    }
    toJSON() {
      return this.outerHTML;
    }
  }

  // Numbers are those of the document, as the host counts.
  const build = ([kind, number, value, attributes, children], parentNode, ownerDocument) => {
    const node = new Node(kind, value, attributes);
    hide(node, { parentNode, ownerDocument });
    ownerDocument.nodes.set(number, node);
    node.childNodes = children.map((child) => build(child, node, ownerDocument));
    return node;
  };

  const parseDocument = (source, isHtml) => {
    const document = new Node(DOCUMENT, '#document');
    hide(document, { isHtml, nodes: new Map([[0, document]]), ownerDocument: null, parentNode: null, source });
    const children = JSON.parse(host.parseDocument(source, isHtml));
    document.childNodes = children.map((child) => build(child, document, document));
    return document;
  };

  class DOMParser {
    parseFromString(source, type) {
      return parseDocument(text(source), String(type).includes('html'));
    }
  }

  // Nodes as a list, or the text, number or truth that the expression gives.
  const xpath = (value, expression) => {
    let document = value;
    if (!(value instanceof Node)) document = parseDocument(text(value), false);
    else if (value.nodeType !== DOCUMENT) document = parseDocument(value.outerHTML, value.ownerDocument.isHtml);
    const found = JSON.parse(host.xpath(document.source, document.isHtml, text(expression)));
    if (!Array.isArray(found)) return found;
    return found.map(([number, content]) => document.nodes.get(number) ?? content);
  };

  return { DOMParser, parseDocument, xpath };
};
