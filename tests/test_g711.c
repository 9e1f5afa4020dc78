#include "tests/test.h"

#include "media/g711.h"

#include <math.h>
#include <string.h>

// Every octet is what its own value becomes, and values grow with the code (save mu-law's second zero).
static void every_octet_comes_back(void **state)
{
    (void)state;
    for (int law = 0; law < 2; law++)
        for (int o = 0; o < 256; o++) {
            int16_t sample = g711_expand((enum g711_law)law, (uint8_t)o);
            uint8_t again = g711_compress((enum g711_law)law, sample);
            assert_int_equal(g711_expand((enum g711_law)law, again), sample);
            if (sample)
                assert_int_equal(again, o);
        }
}

// Figures of ITU-T G.711, tables 1 and 2, on a scale of 16 bits.
static void known_values(void **state)
{
    (void)state;
    static const struct {
        enum g711_law law;
        uint8_t octet;
        int16_t sample;
    } cases[] = {
        {G711_MU, 0x80, 32124}, {G711_MU, 0x00, -32124}, {G711_MU, 0xff, 0}, {G711_MU, 0xf0, 120},
        {G711_A, 0xaa, 32256},  {G711_A, 0x2a, -32256},  {G711_A, 0xd5, 8},  {G711_A, 0x55, -8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(g711_expand(cases[i].law, cases[i].octet), cases[i].sample);
    for (int s = -32768; s < 32768; s++)
        for (int law = 0; law < 2; law++) {
            int16_t got =
                g711_expand((enum g711_law)law, g711_compress((enum g711_law)law, (int16_t)s));
            assert_true(abs(got - s) <= 8 + abs(s) / 28);
        }
}

// A tone comes back with its level and `lag` later; what 8 kHz cannot carry does not come back.
static double passes(double hertz, enum g711_law law)
{
    struct g711_encoder e;
    struct g711_decoder d;
    static int16_t said[48000], heard[48000];
    uint8_t octets[160];
    double sum = 0, all = 0;
    g711_encoder_init(&e, law);
    g711_decoder_init(&d, law);
    for (int i = 0; i < 48000; i++)
        said[i] = (int16_t)(8000 * sin(2 * M_PI * hertz * i / 48000));
    for (int i = 0; i < 48000; i += 960) {
        assert_int_equal(g711_encode(&e, said + i, 960, 1, octets), 160);
        assert_int_equal(g711_decode(&d, octets, 160, heard + i), 960);
    }
    for (int i = 4800; i < 43200; i++) {
        sum += (double)heard[i] * heard[i];
        all += (double)said[i] * said[i];
    }
    return 10 * log10(sum / all);
}

static void the_band_of_a_telephone(void **state)
{
    (void)state;
    for (int law = 0; law < 2; law++) {
        assert_float_equal(passes(300, (enum g711_law)law), 0, 0.5);
        assert_float_equal(passes(1000, (enum g711_law)law), 0, 0.5);
        assert_float_equal(passes(3000, (enum g711_law)law), 0, 1);
        assert_true(passes(5000, (enum g711_law)law) < -30);
        assert_true(passes(10000, (enum g711_law)law) < -30);
    }
}

static void what_is_concealed_fades(void **state)
{
    (void)state;
    struct g711_decoder d;
    uint8_t octets[160];
    int16_t pcm[960];
    memset(octets, 0x90, sizeof octets);
    g711_decoder_init(&d, G711_MU);
    g711_decode(&d, octets, 160, pcm);
    int level = pcm[959];
    assert_true(level > 1000);
    g711_conceal(&d, pcm, 960);
    assert_true(abs(pcm[0] - level) < level / 20);
    for (int i = 0; i < 4; i++)
        g711_conceal(&d, pcm, 960);
    assert_int_equal(pcm[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_octet_comes_back),
        cmocka_unit_test(known_values),
        cmocka_unit_test(the_band_of_a_telephone),
        cmocka_unit_test(what_is_concealed_fades),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
