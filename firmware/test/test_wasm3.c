/*
 * Bugs of wasm3 that wasm3.c cures. Built with -DKP_WASM3_UNCURED (the target `test-uncured`) each of these must fail:
 * the first two write far outside the stack, which the address sanitizer sees, the last gives a wrong sum.
 */
#include "harness.h"

/** Sends what `code`, a function with one f32 parameter, leaves: an f32. */
static const char *result_of(const char *code, const char *token) {
    static char functions[512];
    snprintf(functions, sizeof functions, "1 00 41 00 %s 10 00 0b", code);
    const module_text text = {
        .types = "if;f",
        .imports = "3 0",
        .functions = functions,
        .exports = "1",
        .inports = "6",
        .outports = "6",
        .actions = "1 1",
    };
    harness_begin(0);
    kp_actor *actor = harness_actor(&text, 1, NULL);
    kp_queue *in = harness_in(actor, 0, 0), *out = harness_out(actor, 0, 0);
    harness_start(actor);
    harness_push(in, token);
    harness_run();
    CHECK_EQUAL(actor->fault, KP_TRAP_NONE);
    return harness_pop(out);
}

/* Issue 465: block (result f32) local.get 0, f32.const 1.5, br 0 */
static void test_branch_with_float_over_an_operand(void) {
    CHECK(strcmp(result_of("02 7d 20 00 43 00 00 c0 3f 0c 00 0b", "f94900"), "f93e00") == 0);
    CHECK(strcmp(result_of("02 7d 20 00 a8 43 00 00 c0 3f 0c 00 0b", "f94900"), "f93e00") == 0);
}

/* The same on condition, taken and not: 10, 1.5, br_if 0; else drop both, 2 */
static void test_branch_on_condition_with_float_over_an_operand(void) {
    const char *code = "02 7d 20 00 20 00 92 43 00 00 c0 3f 20 00 a8 0d 00 1a 1a 43 00 00 00 40 0b";
    CHECK(strcmp(result_of(code, "f94900"), "f93e00") == 0);
    CHECK(strcmp(result_of(code, "f90000"), "f94000") == 0);
}

/* br_table to a block with an f32 result, with an operand below */
static void test_branch_table_with_float_over_an_operand(void) {
    const char *code = "02 7d 02 7d 20 00 20 00 92 20 00 20 00 a8 0e 01 00 01 0b 43 00 00 80 3f 92 0b";
    CHECK(strcmp(result_of(code, "f90000"), "f93c00") == 0); /* 0 + 1 */
    CHECK(strcmp(result_of(code, "f94900"), "f94900") == 0); /* 10 */
}

/* The operand below the value is in the register; the branch is not taken: 2a + a */
static void test_branch_that_is_not_taken_keeps_the_register(void) {
    const char *code = "02 7d 20 00 20 00 92 20 00 20 00 a8 0d 00 92 0b";
    CHECK(strcmp(result_of(code, "f93800"), "f93e00") == 0); /* 0.5: three times */
    CHECK(strcmp(result_of(code, "f94000"), "f94000") == 0); /* 2: taken */
}

int main(int count, char **names) {
    static void (*const tests[])(void) = {
        test_branch_with_float_over_an_operand,
        test_branch_on_condition_with_float_over_an_operand,
        test_branch_table_with_float_over_an_operand,
        test_branch_that_is_not_taken_keeps_the_register,
    };
    if (count > 1 && strlen(names[1]) == 1) { /* one alone, for the build without the cures */
        tests[(unsigned)atoi(names[1]) % 4]();
        return 0;
    }
    for (unsigned i = 0; i < 4; i++)
        tests[i]();
    printf("  ok 4 shapes of branches\n");
    return 0;
}
