/** Test modules from short texts. Items of a list are separated by ';', numbers by blanks, code is hexadecimal. */
#ifndef KP_TEST_ASSEMBLE_H
#define KP_TEST_ASSEMBLE_H

#include <stddef.h>
#include <stdint.h>

/** What is NULL or 0 is left out. */
typedef struct module_text {
    const char *types;   /* parameters as letters i I f F, then ':' and the result: "if;:i" */
    const char *imports; /* ABI number and type: "1 0;48 2" */
    const char *
        functions; /* type and body, with its locals, without its size: "0 00 20 00 0b" (the type is hexadecimal too) */
    const char *globals; /* letter of the type, start value, "const" if immutable: "i 5;F 0;i 1 const" */
    const char *exports; /* functions: "2 3" */
    const char *table;   /* functions in it, from 0 on */
    const char *data;    /* offset, then bytes: "10 01 02" all hexadecimal */
    /* The manifest. */
    const char *inports; /* types: "2 6" */
    const char *outports;
    const char *actions;      /* "1 1 0 0;2" */
    const char *global_types; /* of the mutable ones */
    const char *arguments;    /* each as CBOR in hexadecimal: "00;20" */
    unsigned memory;          /* bytes; not 0: the module has a memory */
    const char *roles;        /* "0 0 3" */
} module_text;

/** Assembles a module into `bytes`; returns its size. Ends the process if it does not fit into `room`. */
size_t assemble(const module_text *text, uint8_t *bytes, size_t room);

#endif
