// Shows /openapi.json as a page, without the Internet.
"use strict";
(async () => {
  const place = document.getElementById("docs");
  const api = await (await fetch("/openapi.json")).json();
  const schemas = api.components.schemas;
  const shown = new Set();
  const nameOf = (schema) => schema.$ref.split("/").pop();

  // Text in `back quotes` becomes code; nothing else is interpreted.
  function make(tag, text, parent = place) {
    const element = parent.appendChild(document.createElement(tag));
    (text ?? "").split("`").forEach((part, index) => {
      if (index % 2) element.appendChild(document.createElement("code")).textContent = part;
      else element.append(part);
    });
    return element;
  }

  function kind(schema) {
    if (schema.$ref) return schemas[nameOf(schema)].enum ? kind(schemas[nameOf(schema)]) : nameOf(schema);
    if (schema.anyOf) return schema.anyOf.map(kind).join(" or ");
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    if (schema.type === "array") return `list of ${kind(schema.items ?? {})}`;
    return [schema.type ?? "object", schema.format].filter(Boolean).join(", ");
  }

  function table(rows) {
    const body = make("table");
    for (const [name, type, note] of rows) {
      const row = make("tr", "", body);
      make("b", name, make("td", "", row));
      make("td", type, row);
      make("td", note, row);
    }
  }

  function fields(schema, { required = [] } = schema) {
    return Object.entries(schema.properties).map(([name, field]) =>
      [name, kind(field), [required.includes(name) ? "Needed." : "", field.description].filter(Boolean).join(" ")]);
  }

  function operation(path, method, details) {
    const heading = make("h2");
    make("span", method.toUpperCase(), heading).className = method;
    heading.append(path);
    make("p", details.description ?? details.summary);
    if (details.parameters) table(details.parameters.map((one) => [one.name, kind(one.schema), one.description]));
    const sent = details.requestBody?.content["application/json"].schema;
    if (sent) { shown.add(nameOf(sent)); make("h3", "Send"); table(fields(schemas[nameOf(sent)])); }
    make("h3", "Answers");
    table(Object.entries(details.responses).map(([code, answer]) => {
      const got = answer.content?.["application/json"]?.schema;
      return [code, got ? kind(got) : "", answer.description];
    }));
  }

  make("h1", `${api.info.title} ${api.info.version}`);
  make("p", api.info.description);
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, details] of Object.entries(methods)) operation(path, method, details);
  }
  make("h2", "What the answers hold");
  for (const [name, schema] of Object.entries(schemas)) {
    if (!schema.properties || shown.has(name)) continue;
    make("h3", name);
    table(fields(schema, { required: [] }));
  }
  make("h2", "Try it");
  make("pre", `curl -H "Authorization: Bearer <terminal token>" ${location.origin}/api/health`);
})();
