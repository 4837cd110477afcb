// The errors that are made on this side; the others come from the core.

/** An error like those of the core: with a stable `code`. */
export const refusal = (code, message, cause) => {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  error.name = "TouchmarkError";
  error.code = code;
  return error;
};
