// All words of `voz-lab sockets`: see tour_text.h.
#include "lab/io/sockets/tour_text.h"

#include <string.h>

static const char *const texts[TOUR_TEXTS][TOUR_LANGS] = {
    [TOUR_SAID] =
        {"One speech of {0} s: {1} messages of about {2} octets, one every 20 ms (Opus in RTP).\n",
         "Uma fala de {0} s: {1} mensagens de cerca de {2} octetos, uma a cada 20 ms (Opus em "
         "RTP).\n"},
    [TOUR_NETWORK] = {"From 10.77.0.1 to 10.77.0.2, the same for each kind of socket: {0}\n",
                      "De 10.77.0.1 a 10.77.0.2, igual para cada tipo de socket: {0}\n"},
    [TOUR_BACK] = {"And back: {0}\n", "E de volta: {0}\n"},
    [TOUR_CLEAN] = {"no loss, no delay", "sem perda, sem atraso"},
    [TOUR_LATENCY] =
        {"What comes more than {0} ms behind the fastest message is too late to be heard.\n",
         "O que chega mais de {0} ms depois da mensagem mais rápida é tarde demais para ser "
         "ouvido.\n"},
    [TOUR_SPEAKING] = {"All kinds speak at the same time, for {0} s ...\n",
                       "Todos os tipos falam ao mesmo tempo, por {0} s ...\n"},
    [TOUR_NO_SCTP] =
        {"This kernel has no SCTP: sequenced packets are shown inside this machine alone.\n",
         "Este kernel não tem SCTP: pacotes em sequência são mostrados só dentro desta máquina.\n"},
    [TOUR_STREAM] = {"a pipe: all of it, in order, however long that takes",
                     "um cano: tudo, em ordem, demore o que demorar"},
    [TOUR_DATAGRAM] = {"letters: each for itself, and some never come",
                       "cartas: cada uma por si, e algumas nunca chegam"},
    [TOUR_RAW] = {"letters whose envelope (IP and UDP headers) the program writes itself",
                  "cartas cujo envelope (cabeçalhos IP e UDP) o próprio programa escreve"},
    [TOUR_SEQPACKET] = {"connected and in order, but in messages; inside this machine",
                        "conectado e em ordem, mas em mensagens; dentro desta máquina"},
    [TOUR_SCTP] = {"connected and in order, but in messages; across the network",
                   "conectado e em ordem, mas em mensagens; pela rede"},
    [TOUR_FAILED] = {"It came to nothing: {0}.\n", "Não deu em nada: {0}.\n"},
    [TOUR_NO_CALL] = {"No call came through the network, so nothing was said.\n",
                      "Nenhuma chamada atravessou a rede, então nada foi dito.\n"},
    [TOUR_CONNECTED] = {"connected", "conectado"},
    [TOUR_CONNECTED_YES] = {"yes: calling took {0} ms before the first word",
                            "sim: chamar levou {0} ms antes da primeira palavra"},
    [TOUR_CONNECTED_NO] = {"no: the first word left at once, whether or not anybody listens",
                           "não: a primeira palavra saiu logo, haja ou não quem escute"},
    [TOUR_BOUNDARIES] = {"boundaries", "limites"},
    [TOUR_BOUNDARIES_KEPT] = {"kept: {0} reads, each of them exactly one message",
                              "mantidos: {0} leituras, cada uma exatamente uma mensagem"},
    [TOUR_BOUNDARIES_LOST] =
        {"not kept: {0} messages out of {1} reads, {2} of which were not exactly one message",
         "não mantidos: {0} mensagens em {1} leituras, das quais {2} não eram exatamente uma "
         "mensagem"},
    [TOUR_ORDER] = {"order", "ordem"},
    [TOUR_ORDER_KEPT] = {"as they were said", "como foram ditas"},
    [TOUR_ORDER_LOST] = {"{0} messages came after a later one",
                         "{0} mensagens chegaram depois de uma posterior"},
    [TOUR_TWICE] = {"; {0} came twice", "; {0} chegaram duas vezes"},
    [TOUR_LOST] = {"lost", "perdidas"},
    [TOUR_LOST_SOME] = {"{0} of {1} messages ({2} %)", "{0} de {1} mensagens ({2} %)"},
    [TOUR_LOST_REPAIRED] =
        {"no message: the network lost {0} of {1} packets, and the kernel sent them again",
         "nenhuma mensagem: a rede perdeu {0} de {1} pacotes, e o kernel os enviou de novo"},
    [TOUR_LOST_NONE] = {"nothing", "nada"},
    [TOUR_LOST_LOCAL] = {"nothing: no message leaves this machine, so none meets the network",
                         "nada: nenhuma mensagem sai desta máquina, então nenhuma encontra a rede"},
    [TOUR_DELAY] = {"delay", "atraso"},
    [TOUR_DELAY_SAYS] = {"half of them within {0} ms, 95 % within {1} ms, the slowest {2} ms",
                         "metade em até {0} ms, 95 % em até {1} ms, a mais lenta {2} ms"},
    [TOUR_STALLED] = {"stalled", "paradas"},
    [TOUR_STALLED_NEVER] = {"never", "nenhuma"},
    [TOUR_STALLED_SAYS] = {"{0} times, {1} s in all, the longest {2} s",
                           "{0} vezes, {1} s ao todo, a mais longa {2} s"},
    [TOUR_LATE] = {"too late", "tarde demais"},
    [TOUR_LATE_SAYS] = {"{0} of {1} messages, so they were not heard",
                        "{0} de {1} mensagens, que não foram ouvidas"},
    [TOUR_LATE_NONE] = {"none: all that came was heard", "nenhuma: tudo o que chegou foi ouvido"},
    [TOUR_UNDERSTOOD] = {"understood", "entendido"},
    [TOUR_UNDERSTOOD_SAYS] = {"{0} of 1 (ESTOI: 1 is all, as it was said)",
                              "{0} de 1 (ESTOI: 1 é tudo, como foi dito)"},
    [TOUR_NOT_SCORED] = {"not scored: {0}", "não avaliado: {0}"},
    [TOUR_HEAR] = {"to hear", "para ouvir"},
    [TOUR_WIRE] = {"on the wire", "no fio"},
    [TOUR_WIRE_SAYS] = {"the first packet with sound, {0} octets",
                        "o primeiro pacote com som, {0} octetos"},
    [TOUR_WIRE_LOCAL] =
        {"there is none: the kernel copies the message, {0} octets, from one program to the other",
         "não há: o kernel copia a mensagem, {0} octetos, de um programa ao outro"},
    [TOUR_IP] = {"from {0} to {1}, {2} octets in all, protocol {3}, time to live {4}",
                 "de {0} a {1}, {2} octetos ao todo, protocolo {3}, tempo de vida {4}"},
    [TOUR_UDP] = {"from port {0} to port {1}, {2} octets, checksum {3}",
                  "da porta {0} à porta {1}, {2} octetos, soma de verificação {3}"},
    [TOUR_TCP] =
        {"from port {0} to port {1}, octets from number {2} on, all before number {3} have come",
         "da porta {0} à porta {1}, octetos a partir do número {2}, todos antes do número {3} "
         "chegaram"},
    [TOUR_SCTP_CHUNK] = {"from port {0} to port {1}, piece number {2}",
                         "da porta {0} à porta {1}, pedaço número {2}"},
    [TOUR_LENGTH] = {"the message that follows has {0} octets: a stream would not know",
                     "a mensagem que segue tem {0} octetos: um fluxo não saberia"},
    [TOUR_RTP] = {"message number {0}, time {1}, sound of type {2}, speaker {3}",
                  "mensagem número {0}, tempo {1}, som do tipo {2}, quem fala {3}"},
    [TOUR_OPUS] = {"{0} octets, 20 ms of sound", "{0} octetos, 20 ms de som"},
    [TOUR_TABLE] = {"All of it, side by side", "Tudo, lado a lado"},
    [TOUR_KIND] = {"socket", "socket"},
    [TOUR_YES] = {"yes", "sim"},
    [TOUR_NO] = {"no", "não"},
};

const char *tour_text(enum tour_lang lang, enum tour_text text)
{
    return texts[text][lang];
}

void tour_say(FILE *file, enum tour_lang lang, enum tour_text text, const char *const *words)
{
    const char *at = texts[text][lang];
    for (const char *open; (open = strchr(at, '{')); at = open + 3) {
        fprintf(file, "%.*s", (int)(open - at), at);
        int n = open[1] - '0';
        fputs(words[n], file);
    }
    fputs(at, file);
}

size_t tour_width(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80; // all but the first octet of a letter
    return width;
}
