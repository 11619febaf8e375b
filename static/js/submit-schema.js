// The faults of a submission by its JSON Schema, with their lines: the part of the format that site_builder/tables/submission_schema.py writes.
(() => {
  /** @param {SubmittedValue["value"]} value */
  const kindOf = (value) => {
    if (value === null) return "null";
    if (value instanceof Map) return "object";
    return Array.isArray(value) ? "array" : typeof value;
  };

  /** @param {SubmittedValue["value"]} value @param {string | string[] | undefined} types */
  const hasType = (value, types) =>
    types === undefined || [types].flat().some((type) => type === kindOf(value) || (type === "integer" && Number.isInteger(value)));

  /** @param {SubmissionSchema} schema @returns {string} */
  const kindsOf = ({ type, anyOf, enum: choices, const: only }) => {
    if (choices) return choices.join(", ");
    if (only !== undefined) return String(only);
    return anyOf ? anyOf.map(kindsOf).join(", ") : [type ?? []].flat().join(", ");
  };

  /** @param {SubmittedValue} node @param {SubmissionSchema} schema @param {string} key @param {Say} say @returns {{ line: number, what: string }[]} */
  const check = (node, schema, key, say) => {
    const { line, value } = node;
    if (schema.anyOf) {
      const fitting = schema.anyOf.find((one) => hasType(value, one.type));
      if (fitting) return check(node, fitting, key, say);
    }
    const { minimum = -Infinity, maximum = Infinity } = schema;
    const shown = value instanceof Map || Array.isArray(value) ? kindOf(value) : String(value);
    const isWrong =
      !hasType(value, schema.type) ||
      schema.anyOf ||
      (schema.const !== undefined && value !== schema.const) ||
      (schema.enum && !schema.enum.includes(String(value))) ||
      (schema.pattern && typeof value === "string" && !new RegExp(schema.pattern).test(value));
    if (isWrong) return [{ line, what: say("wrong", { key, value: shown, kinds: kindsOf(schema) || schema.description || "" }) }];
    if (typeof value === "number" && !(value >= minimum && value <= maximum)) {
      return [{ line, what: say("outside", { key, value: shown, low: minimum, high: maximum }) }];
    }
    if (Array.isArray(value)) return value.flatMap((one) => check(one, schema.items ?? {}, key, say));
    return value instanceof Map ? checkKeys(node, value, schema, say) : [];
  };

  /** @param {SubmittedValue} node @param {Map<string, SubmittedValue>} fields @param {SubmissionSchema} schema @param {Say} say */
  const checkKeys = (node, fields, schema, say) => {
    const holds = schema.if?.required.every((name) => (fields.get(name)?.value ?? null) !== null);
    const more = schema.if && (holds ? schema.then : schema.else);
    const { additionalProperties } = schema;
    const properties = { ...schema.properties, ...more?.properties };
    const missing = [...(schema.required ?? []), ...(more?.required ?? [])].filter((name) => (fields.get(name)?.value ?? null) === null);
    const found = missing.map((name) => ({ line: fields.get(name)?.line ?? node.line, what: say("missing", { key: name }) }));
    for (const [name, one] of fields) {
      const of = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
      if (one.value === null && Object.hasOwn(properties, name)) continue;
      if (of === false) found.push({ line: one.line, what: say("unknown", { key: name }) });
      else if (of) found.push(...check(one, of, name, say));
    }
    return found;
  };

  site.submission.faults = (node, schema, say) => check(node, schema, "", say).sort((a, b) => a.line - b.line);
})();
