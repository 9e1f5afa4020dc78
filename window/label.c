// What the window says: see label.h.
#include "window/label.h"

#include <string.h>

static const char *const texts[LABEL_LANGS][LABEL_COUNT] = {
    [LABEL_EN] =
        {
            [LABEL_LOSS] = "Loss",
            [LABEL_BURST] = "Burst",
            [LABEL_DELAY] = "Delay",
            [LABEL_JITTER] = "Jitter",
            [LABEL_RATE] = "Rate",
            [LABEL_CONCEAL] = "Conceal",
            [LABEL_FEC] = "FEC",
            [LABEL_RED] = "RED",
            [LABEL_NACK] = "NACK",
            [LABEL_TRANSPORT] = "Transport",
            [LABEL_LATENCY] = "Wait",
            [LABEL_TIME] = "Time",
            [LABEL_PICTURE] = "Picture",
            [LABEL_HEARD] = "Heard",
            [LABEL_FATE_SILENCE] = "silence, not sent",
            [LABEL_FATE_PLAYED] = "played",
            [LABEL_FATE_FEC] = "by FEC",
            [LABEL_FATE_RED] = "by RED",
            [LABEL_FATE_AGAIN] = "sent again",
            [LABEL_FATE_LATE] = "too late",
            [LABEL_FATE_LOST] = "lost, guessed",
            [LABEL_FATE_WAITING] = "waits its turn",
            [LABEL_FATE_DOUBLED] = "came twice",
            [LABEL_NUMBER_LOST] = "lost on the way",
            [LABEL_NUMBER_GUESSED] = "guessed",
            [LABEL_NUMBER_BURST] = "burst",
            [LABEL_NUMBER_JITTER] = "jitter",
            [LABEL_NUMBER_DELAY] = "delay",
            [LABEL_NUMBER_BITRATE] = "bitrate",
            [LABEL_NUMBER_MOS] = "MOS estimate",
            [LABEL_CHART_PACKETS] = "Packets",
            [LABEL_CHART_DELAY] = "Delay",
            [LABEL_CHART_SOUND] = "Sound",
            [LABEL_ON] = "on",
            [LABEL_OFF] = "off",
            [LABEL_PLC] = "PLC",
            [LABEL_REPEAT] = "repeat",
            [LABEL_MUTE] = "silence",
            [LABEL_FREEZE] = "freeze",
            [LABEL_SHOW] = "damaged",
            [LABEL_FILM_SHOWN] = "pictures a second",
            [LABEL_FILM_FROZEN] = "stood still",
            [LABEL_FILM_SYNC] = "after the voice",
            [LABEL_EAR_LEFT] = "left ear",
            [LABEL_EAR_RIGHT] = "right ear",
            [LABEL_EAR_BOTH] = "both ears",
            [LABEL_EAR_NONE] = "not heard",
            [LABEL_LANE_DELAY] = "delay, mouth to ear",
            [LABEL_LANE_MISSING] = "missing",
            [LABEL_LANE_REPAIRED] = "repaired",
            [LABEL_LANE_STALLS] = "stalls",
            [LABEL_LANE_LONGEST] = "longest stall",
            [LABEL_FATE_NOTHING] = "nothing came (X)",
            [LABEL_UNLIMITED] = "no limit",
            [LABEL_PACKETS] = "pkt",
            [LABEL_LIVE] = "live",
            [LABEL_PAUSED] = "paused",
            [LABEL_NOTHING_YET] = "No packet has come yet",
            [LABEL_HINT] =
                "? help   Tab, arrows: knobs   space: pause   G: the last gap, slowly   Q: quit",
            [LABEL_HINT_SHORT] = "? help",
            [LABEL_HINT_PAUSED] =
                "arrows: move   Enter: hear   Z: speed   G: the gap before   space: go on",
            [LABEL_SPACE] = "space",
            [LABEL_NO_GAP] = "No gap in the last 30 s",
            [LABEL_HELP_TITLE] = "Keys",
            [LABEL_HELP_NO_ROOM] = "No room for the keys here: X, then ?",
            [LABEL_GOODBYE] = "The sender has said goodbye",
            [LABEL_GONE] = "The connection is gone",
        },
    [LABEL_PT] =
        {
            [LABEL_LOSS] = "Perda",
            [LABEL_BURST] = "Rajada",
            [LABEL_DELAY] = "Atraso",
            [LABEL_JITTER] = "Jitter",
            [LABEL_RATE] = "Taxa",
            [LABEL_CONCEAL] = "Ocultar",
            [LABEL_FEC] = "FEC",
            [LABEL_RED] = "RED",
            [LABEL_NACK] = "NACK",
            [LABEL_TRANSPORT] = "Transporte",
            [LABEL_LATENCY] = "Espera",
            [LABEL_TIME] = "Tempo",
            [LABEL_PICTURE] = "Imagem",
            [LABEL_HEARD] = "Ouve-se",
            [LABEL_FATE_SILENCE] = "silêncio, não enviado",
            [LABEL_FATE_PLAYED] = "tocado",
            [LABEL_FATE_FEC] = "por FEC",
            [LABEL_FATE_RED] = "por RED",
            [LABEL_FATE_AGAIN] = "reenviado",
            [LABEL_FATE_LATE] = "tarde demais",
            [LABEL_FATE_LOST] = "perdido, adivinhado",
            [LABEL_FATE_WAITING] = "espera a vez",
            [LABEL_FATE_DOUBLED] = "veio duas vezes",
            [LABEL_NUMBER_LOST] = "perdido no caminho",
            [LABEL_NUMBER_GUESSED] = "adivinhado",
            [LABEL_NUMBER_BURST] = "rajada",
            [LABEL_NUMBER_JITTER] = "jitter",
            [LABEL_NUMBER_DELAY] = "atraso",
            [LABEL_NUMBER_BITRATE] = "taxa de bits",
            [LABEL_NUMBER_MOS] = "MOS estimado",
            [LABEL_CHART_PACKETS] = "Pacotes",
            [LABEL_CHART_DELAY] = "Atraso",
            [LABEL_CHART_SOUND] = "Som",
            [LABEL_ON] = "sim",
            [LABEL_OFF] = "não",
            [LABEL_PLC] = "PLC",
            [LABEL_REPEAT] = "repetir",
            [LABEL_MUTE] = "silêncio",
            [LABEL_FREEZE] = "congela",
            [LABEL_SHOW] = "com defeito",
            [LABEL_FILM_SHOWN] = "imagens por s",
            [LABEL_FILM_FROZEN] = "parada",
            [LABEL_FILM_SYNC] = "depois da voz",
            [LABEL_EAR_LEFT] = "ouvido esquerdo",
            [LABEL_EAR_RIGHT] = "ouvido direito",
            [LABEL_EAR_BOTH] = "os dois ouvidos",
            [LABEL_EAR_NONE] = "não se ouve",
            [LABEL_LANE_DELAY] = "atraso, boca a ouvido",
            [LABEL_LANE_MISSING] = "faltou",
            [LABEL_LANE_REPAIRED] = "reparado",
            [LABEL_LANE_STALLS] = "paradas",
            [LABEL_LANE_LONGEST] = "a maior parada",
            [LABEL_FATE_NOTHING] = "nada chegou (X)",
            [LABEL_UNLIMITED] = "sem limite",
            [LABEL_PACKETS] = "pct",
            [LABEL_LIVE] = "ao vivo",
            [LABEL_PAUSED] = "em pausa",
            [LABEL_NOTHING_YET] = "Nenhum pacote chegou ainda",
            [LABEL_HINT] =
                "? ajuda   Tab, setas: botões   espaço: pausa   G: a falha, devagar   Q: sair",
            [LABEL_HINT_SHORT] = "? ajuda",
            [LABEL_HINT_PAUSED] =
                "setas: mover   Enter: ouvir   Z: velocidade   G: a falha antes   espaço: seguir",
            [LABEL_SPACE] = "espaço",
            [LABEL_NO_GAP] = "Nenhuma falha nos últimos 30 s",
            [LABEL_HELP_TITLE] = "Teclas",
            [LABEL_HELP_NO_ROOM] = "As teclas não cabem aqui: X, depois ?",
            [LABEL_GOODBYE] = "O emissor se despediu",
            [LABEL_GONE] = "A conexão caiu",
        },
};

struct help {
    const char *key, *what;
};

static const struct help helps[LABEL_LANGS][LABEL_HELP_LINES] = {
    [LABEL_EN] = {{"Tab, Shift+Tab", "the next knob, the one before"},
                  {"arrows, + and -",
                   "turn it; a click left or right of its middle, the wheel, too"},
                  {"L B D J A", "loss, burst, delay, jitter, rate: more (with Shift: less)"},
                  {"C", "conceal lost packets by: the codec's guess (PLC), silence, repeating"},
                  {"F E N", "FEC, RED, NACK: on or off"},
                  {"T", "UDP or TCP: the session begins anew"},
                  {"W", "how long packets wait for their turn: longer (with Shift: less, auto)"},
                  {"V", "damaged pictures: the last whole one stays, or the damage is seen"},
                  {"E", "which of the two calls is heard, in which ear"},
                  {"A, M, H", "answer, while it rings; mute, or no longer; hang up"},
                  {"space", "pause; go on"},
                  {"left, right", "paused: a packet back, on (with Shift: a second)"},
                  {"Enter", "paused: hear a second from there; stop"},
                  {"Z", "paused: at full, half or quarter speed"},
                  {"G", "the last gap, seen and heard slowly; again: the one before"},
                  {"I O", "the strip: nearer, farther"},
                  {"S", "save a picture of the window"},
                  {"F11, X", "the whole screen, or a window"},
                  {"Ctrl +, Ctrl -", "larger, smaller letters"},
                  {"? H, Q", "these lines, or not; the end"},
                  {"?, Q", "these lines, or not; the end"}},
    [LABEL_PT] = {{"Tab, Shift+Tab", "o próximo botão, o anterior"},
                  {"setas, + e -",
                   "giram o botão; um clique à esquerda ou à direita dele, a roda, também"},
                  {"L B D J A", "perda, rajada, atraso, jitter, taxa: mais (com Shift: menos)"},
                  {"C", "ocultar a perda com: o palpite do codec (PLC), silêncio, repetição"},
                  {"F E N", "FEC, RED, NACK: sim ou não"},
                  {"T", "UDP ou TCP: a sessão recomeça"},
                  {"W", "quanto os pacotes esperam a vez: mais (com Shift: menos, auto)"},
                  {"V", "imagens com defeito: fica a última inteira, ou vê-se o defeito"},
                  {"E", "qual das duas chamadas se ouve, em que ouvido"},
                  {"A, M, H",
                   "atender, enquanto toca; sem microfone, ou de novo com ele; encerrar a chamada"},
                  {"espaço", "pausa; segue"},
                  {"esquerda, direita",
                   "em pausa: um pacote para trás, para a frente (com Shift: um segundo)"},
                  {"Enter", "em pausa: ouvir um segundo dali; parar"},
                  {"Z", "em pausa: velocidade inteira, metade ou um quarto"},
                  {"G", "a última falha, vista e ouvida devagar; de novo: a anterior"},
                  {"I O", "a faixa: mais perto, mais longe"},
                  {"S", "guardar uma imagem da janela"},
                  {"F11, X", "a tela inteira, ou uma janela"},
                  {"Ctrl +, Ctrl -", "letras maiores, menores"},
                  {"? H, Q", "estas linhas, ou não; o fim"},
                  {"?, Q", "estas linhas, ou não; o fim"}},
};

const char *label_of(enum label_lang lang, enum label label)
{
    return texts[lang][label];
}

const char *label_help_key(enum label_lang lang, unsigned line)
{
    return helps[lang][line].key;
}

const char *label_help(enum label_lang lang, unsigned line)
{
    return helps[lang][line].what;
}

// Those that are not of every window. A call has its own use for H, and no other transport than UDP.
bool label_help_is_of(unsigned line, enum label_view view)
{
    static const char *const of[LABEL_HELP_LINES] = {
        [3] = "sc", [4] = "sc", [5] = "s",   [6] = "sc", [7] = "sc",
        [8] = "d",  [9] = "c",  [19] = "sd", [20] = "c"};
    return !of[line] || strchr(of[line], "scd"[view]);
}

unsigned label_help_lines(enum label_view view)
{
    unsigned count = 0;
    for (unsigned i = 0; i < LABEL_HELP_LINES; i++)
        count += label_help_is_of(i, view);
    return count;
}

enum label_lang label_lang_of(const char *locale)
{
    return locale && strncmp(locale, "pt", 2) == 0 ? LABEL_PT : LABEL_EN;
}
