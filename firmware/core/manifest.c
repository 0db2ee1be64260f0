#include "manifest.h"

#include "kp_error.h"
#include "wasm.h"

#include <string.h>

/** The content of the custom section `kappa`; NULL when there is none. */
static const uint8_t *find_section(const uint8_t *module, size_t count, size_t *length) {
    static const uint8_t name[6] = {5, 'k', 'a', 'p', 'p', 'a'};
    kp_wasm_reader reader = {module + (count < 8 ? count : 8), module + count};
    uint8_t section;
    uint32_t size;
    while (kp_wasm_read_byte(&reader, &section) && kp_wasm_read_u32(&reader, &size)) {
        const uint8_t *content = reader.at;
        if (!kp_wasm_skip(&reader, size))
            return NULL;
        if (section == 0 && size >= sizeof name && memcmp(content, name, sizeof name) == 0) {
            *length = size - sizeof name;
            return content + sizeof name;
        }
    }
    return NULL;
}

/** Takes an array if there are elements left; leaves `items` at what is in it and returns their number. */
static uint32_t take_array(kp_cbor_reader *reader, uint32_t *left, kp_cbor_reader *items) {
    *items = kp_cbor_read(reader->at, 0);
    if (*left == 0)
        return 0;
    --*left;
    const uint8_t *start = reader->at;
    size_t size;
    kp_cbor_item(reader, &size);
    *items = kp_cbor_read(start, reader->bad ? 0 : size);
    return reader->bad ? 0 : kp_cbor_array(items);
}

/** Takes an array of at most `most` numbers; the others are 0. */
static void take_numbers(kp_cbor_reader *reader, uint32_t *left, uint32_t *numbers, uint32_t most) {
    kp_cbor_reader items;
    uint32_t count = take_array(reader, left, &items);
    memset(numbers, 0, most * sizeof *numbers);
    if (count > most)
        kp_cbor_fail(reader);
    for (uint32_t i = 0; i < count && i < most; i++)
        numbers[i] = (uint32_t)kp_cbor_uint(&items, UINT32_MAX);
    reader->bad |= items.bad;
}

/** Takes a flat array of names and types; returns the pairs, at most `most`. */
static uint8_t take_pairs(kp_cbor_reader *reader, uint32_t *left, kp_cbor_reader *items, uint32_t most) {
    uint32_t count = take_array(reader, left, items);
    if (count % 2 != 0 || count / 2 > most)
        kp_cbor_fail(reader);
    return (uint8_t)(count / 2);
}

int kp_manifest_read(const uint8_t *module, size_t count, kp_manifest *m, uint32_t *detail) {
    size_t length;
    uint32_t bounds[3], roles[5];
    const uint8_t *content = find_section(module, count, &length);
    if (!content)
        return KP_E_MODULE;
    kp_cbor_reader reader = kp_cbor_read(content, length);
    uint32_t left = kp_cbor_array(&reader);
    uint32_t version = left ? (uint32_t)kp_cbor_uint(&reader, UINT32_MAX) : 0;
    if (reader.bad)
        return KP_E_MODULE;
    if (version != KP_ABI_VERSION) {
        *detail = version;
        return KP_E_ABI;
    }
    left--;
    memset(m, 0, sizeof *m);
    if (left > 0) {
        left--;
        m->name = kp_cbor_text(&reader, &length);
        m->name_count = (uint16_t)length;
    }
    m->inports = take_pairs(&reader, &left, &m->inport_list, KP_PORTS_MAX);
    m->outports = take_pairs(&reader, &left, &m->outport_list, KP_PORTS_MAX);
    uint32_t actions = take_array(&reader, &left, &m->actions);
    m->action_count = (uint8_t)actions;
    m->global_count = take_pairs(&reader, &left, &m->globals, KP_GLOBALS_MAX);
    uint32_t given = take_array(&reader, &left, &m->arguments);
    m->argument_count = (uint8_t)given;
    take_numbers(&reader, &left, bounds, 3);
    take_numbers(&reader, &left, roles, 5);
    m->memory = bounds[0];
    m->slots = bounds[1];
    m->fuel = bounds[2];
    m->init = (uint8_t)roles[0];
    m->construct = (uint8_t)roles[1];
    m->start = (uint8_t)roles[2];
    m->collect = (uint8_t)roles[3];
    m->stop = (uint8_t)roles[4];
    bool fits = actions <= KP_ACTIONS_MAX && given <= KP_ARGUMENTS_MAX &&
                (roles[0] | roles[1] | roles[2] | roles[3] | roles[4]) <= 255;
    return kp_cbor_done(&reader) && left == 0 && fits ? 0 : KP_E_MODULE;
}

/** Takes `count` pairs of a name and a type. */
static bool take_types(kp_cbor_reader items, unsigned count, bool are_globals, kp_type *types) {
    while (count--) {
        size_t length;
        if (!are_globals || !kp_cbor_take_null(&items))
            kp_cbor_text(&items, &length);
        *types = (kp_type)kp_cbor_uint(&items, 63);
        bool static_array = *types >= 32 && kp_type_scalar(*types - 32);
        bool global_object = are_globals && (static_array || *types == 63);
        if (!kp_type_valid(*types++) && !global_object)
            return false;
    }
    return !items.bad;
}

int kp_manifest_types(const kp_manifest *m, kp_type *types) {
    bool good = take_types(m->inport_list, m->inports, false, types) &&
                take_types(m->outport_list, m->outports, false, types + m->inports) &&
                take_types(m->globals, m->global_count, true, types + m->inports + m->outports);
    return good ? 0 : KP_E_MODULE;
}

int kp_manifest_actions(const kp_manifest *m, kp_action *actions) {
    kp_cbor_reader reader = m->actions;
    for (unsigned i = 0; i < m->action_count; i++) {
        uint32_t left = 1;
        uint32_t numbers[5];
        take_numbers(&reader, &left, numbers, 5);
        if (reader.bad || numbers[2] > 2 + 2 * 127 || numbers[3] > m->global_count || numbers[4] > 1)
            return KP_E_MODULE;
        if (numbers[4] && (numbers[3] || !numbers[0])) /* a handler is not timed, and has an inport */
            return KP_E_MODULE;
        bool beyond = (m->inports < 32 && numbers[0] >> m->inports) || (m->outports < 32 && numbers[1] >> m->outports);
        if (beyond)
            return KP_E_MODULE;
        actions[i] = (kp_action){numbers[0], numbers[1], (uint16_t)numbers[2], (uint8_t)numbers[3], numbers[4] != 0};
    }
    return 0;
}

/** An argument of the form [name, type] or [name, type, default]. */
static int take_construct_argument(kp_cbor_reader *reader, kp_argument *argument) {
    size_t length;
    uint32_t count = kp_cbor_array(reader);
    kp_cbor_text(reader, &length);
    argument->type = (kp_type)kp_cbor_uint(reader, 63);
    argument->required = count == 2;
    if (count == 3)
        argument->value = kp_cbor_item(reader, &argument->value_count);
    bool good = !reader->bad && (count == 2 || count == 3) && kp_type_valid(argument->type);
    if (good && argument->value)
        good = kp_token_check(argument->type, argument->value, argument->value_count) == 0;
    return good ? 0 : KP_E_MODULE;
}

int kp_manifest_argument(const kp_manifest *m, const kp_type *types, kp_cbor_reader *reader, kp_argument *argument) {
    memset(argument, 0, sizeof *argument);
    if (kp_cbor_peek(reader) == KP_CBOR_ARRAY)
        return take_construct_argument(reader, argument);
    int64_t number = kp_cbor_int(reader);
    int64_t global = number < 0 ? -1 - number : number;
    if (reader->bad || global >= m->global_count)
        return KP_E_MODULE;
    argument->direct = true;
    argument->required = number < 0;
    argument->global = (uint8_t)global;
    argument->type = types[m->inports + m->outports + global];
    return kp_type_scalar(argument->type) ? 0 : KP_E_MODULE;
}
