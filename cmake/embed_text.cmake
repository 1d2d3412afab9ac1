# Writes a C++ file with a function that gives the text of a file: OUTPUT, FILE, HEADER, NAMESPACE, FUNCTION.
file(READ ${FILE} TEXT)
file(WRITE ${OUTPUT} "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n\nstd::string_view ${FUNCTION}() {\n"
  "  return R\"TEXT(${TEXT})TEXT\";\n}\n\n}  // namespace ${NAMESPACE}\n")
