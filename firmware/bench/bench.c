/*
 * Instructions a firing, on QEMU's mps2-an386 under `-icount shift=0`: an instruction takes 1 ns there, and SysTick
 * counts the 25 MHz of the core clock, so that a tick is 40 instructions. Each figure is over many firings, which makes
 * the tick's width not matter.
 *
 * Made twice. The whole image pushes a token into the inport's queue, polls the runtime, and takes the token out of the
 * outport's queue. With BENCH_ALONE only the module is called, with parameters that are ready, and imports return at
 * once: what the interpreter takes. The difference is the runtime's.
 *
 * Results go out by semihosting, one a line: `calibration INSTRUCTIONS`, `firing MODULE INSTRUCTIONS` in hundredths.
 */
#include "cortex_m.h"
#include "firing.h"
#include "kappa.h"
#include "sha256.h"

#include "modules.h" /* made by bench/instructions.ts: bench_modules[] */

#define FIRINGS              2000U
#define WARM_UP              20U /* the averages' samples are all in by then */
#define INSTRUCTIONS_A_TICK  40U
#define TICKS_MASK           0xFFFFFFU
#define CALIBRATION_ROUNDS   100000U
#define SEMIHOST_WRITE0      0x04U
#define SEMIHOST_EXIT        0x18U
#define SEMIHOST_EXIT_STATUS 0x20026U /* ADP_Stopped_ApplicationExit */

extern uint8_t heap_start[];
static const bench_module *current;

/* --- semihosting (Arm, Semihosting for AArch32 and AArch64) --- */

static void semihost(uint32_t operation, uintptr_t argument) {
    register uint32_t r0 __asm("r0") = operation;
    register uintptr_t r1 __asm("r1") = argument;
    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

static void print(const char *text) {
    semihost(SEMIHOST_WRITE0, (uintptr_t)text);
}

static void print_number(uint32_t number) {
    char digits[11];
    char *at = digits + sizeof digits - 1;
    *at = 0;
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    print(at);
}

static void fail(const char *what, int error) {
    print("failed ");
    print(what);
    print(" ");
    print_number((uint32_t)-error);
    print("\n");
    semihost(SEMIHOST_EXIT, 0);
}

/* --- time --- */

static uint32_t now(void) {
    return SysTick->VAL;
}

static uint32_t instructions_since(uint32_t start) {
    return ((start - now()) & TICKS_MASK) * INSTRUCTIONS_A_TICK;
}

static void calibrate(void) {
    uint32_t rounds = CALIBRATION_ROUNDS;
    uint32_t start = now();
    __asm volatile("1: subs %0, #1\n bne 1b" : "+r"(rounds) : : "cc");
    print("calibration ");
    print_number(instructions_since(start));
    print("\n");
}

/* --- the runtime's surroundings: a link that does nothing --- */

static void ignore(void *endpoint) {
    (void)endpoint;
}

static void report_fault(kp_actor *actor) {
    fail(current->name, -(int)actor->fault);
}

static void drop_log(kp_actor *actor, const uint8_t *memory, uint32_t units) {
    (void)actor;
    (void)memory;
    (void)units;
}

static kp_config config = KP_CONFIG_DEFAULT;
static const kp_hooks hooks = {ignore, ignore, ignore, report_fault, drop_log};

static kp_actor *make_actor(const bench_module *module) {
    static const uint8_t no_arguments[] = {0x80};
    uint8_t hash[KP_SHA256_BYTES];
    uint32_t detail = 0;
    kp_actor *actor = NULL;
    kp_sha256 sha;
    kp_sha256_init(&sha);
    kp_sha256_update(&sha, module->bytes, module->count);
    kp_sha256_final(&sha, hash);
    kp_cbor_reader arguments = kp_cbor_read(no_arguments, sizeof no_arguments);
    int error = kp_init(&config, &hooks);
    if (error == 0 && kp_module_write(hash, module->count, 0, module->bytes, module->count, &detail) < 0)
        error = KP_E_MODULE;
    if (error == 0)
        error = kp_actor_create(1, hash, &arguments, &actor, &detail);
    if (error)
        fail(module->name, error);
    return actor;
}

/* --- what is measured --- */

#ifdef BENCH_ALONE

enum {
    SEND_LAST = 8,
    SIZE = 9,
    READ = 10
};

enum kp_trap __wrap_kp_engine_import(kp_instance *instance, unsigned number, uint32_t *slots);

/** Returns at once; what reads the token gets the text, without which the action would have nothing to do. */
enum kp_trap __wrap_kp_engine_import(kp_instance *instance, unsigned number, uint32_t *slots) {
    if (number == SIZE)
        slots[0] = current->units;
    if (number == READ)
        for (unsigned i = 0; i < current->units; i++) {
            instance->memory[slots[1] + 2 * i] = current->text[i];
            instance->memory[slots[1] + 2 * i + 1] = 0;
        }
    return KP_TRAP_NONE;
}

static void prepare(kp_actor *actor) {
    (void)actor;
}

static void fire(kp_actor *actor, unsigned round) {
    const kp_module *module = actor->module;
    uint32_t slots[KP_SLOTS_MAX + 2];
    int32_t fuel = kp_config_now->fuel;
    slots[0] = current->slots[round & 1U];
    enum kp_trap trap = module->engine->call(actor->instance, current->action, slots, &fuel);
    if (trap == KP_TRAP_NONE && module->collect) {
        fuel = kp_config_now->fuel;
        trap = module->engine->call(actor->instance, module->collect - 1U, slots, &fuel);
    }
    if (trap)
        fail(current->name, -(int)trap);
}

#else

static kp_queue *in, *out;

static void prepare(kp_actor *actor) {
    static uint8_t endpoint;
    uint32_t detail;
    int error = kp_connect_in(actor, current->inport, NULL, &endpoint, &in);
    if (error == 0)
        error = kp_connect_out(actor, current->outport, NULL, &endpoint, &out);
    if (error == 0)
        error = kp_actor_start(actor, &detail);
    if (error)
        fail(current->name, error);
}

static void fire(kp_actor *actor, unsigned round) {
    const bench_token *token = &current->tokens[round & 1U];
    size_t count;
    (void)actor;
    int error = kp_queue_push(in, token->bytes, token->count);
    kp_poll();
    if (error || !kp_queue_peek(out, 0, &count))
        fail(current->name, error);
    kp_queue_pop(out);
}

#endif

static void measure(void) {
    kp_actor *actor = make_actor(current);
    prepare(actor);
    for (unsigned i = 0; i < WARM_UP; i++)
        fire(actor, i);
    uint32_t start = now();
    for (unsigned i = 0; i < FIRINGS; i++)
        fire(actor, i);
    uint32_t instructions = instructions_since(start);
    print("firing ");
    print(current->name);
    print(" ");
    print_number(instructions / (FIRINGS / 100U));
    print("\n");
}

int main(void) {
    SysTick->LOAD = TICKS_MASK;
    SysTick->VAL = 0;
    SysTick->CTRL = SysTick_CTRL_CLKSOURCE_Msk | SysTick_CTRL_ENABLE_Msk;
    config.heap = heap_start;
    config.heap_bytes = 120U * 1024U;
    calibrate();
    for (unsigned i = 0; i < sizeof bench_modules / sizeof *bench_modules; i++) {
        current = &bench_modules[i];
        measure();
    }
    semihost(SEMIHOST_EXIT, SEMIHOST_EXIT_STATUS);
    for (;;) {
    }
}
