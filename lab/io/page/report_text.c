// The words of the report: see report_text.h.
#include "lab/io/page/report_text.h"

#include <stdio.h>
#include <string.h>

static const char *const texts[REPORT_TEXTS][REPORT_LANGS] = {
    [TEXT_LANG] = {"en", "pt-BR"},
    [TEXT_TITLE] = {"Speech over a network that loses packets",
                    "Voz sobre uma rede que perde pacotes"},
    [TEXT_TITLE_TONE] = {"A tone over a network that loses packets",
                         "Um tom sobre uma rede que perde pacotes"},
    [TEXT_SUBTITLE] = {"Runs: {0}. Conditions: {1}. Made by voz-lab {2}.",
                       "Execuções: {0}. Condições: {1}. Feito pelo voz-lab {2}."},
    [TEXT_DONE_TITLE] = {"What was done", "O que foi feito"},
    [TEXT_DONE] =
        {"The same speech ({0}) was sent again and again, cut into packets of {1}\u00a0ms, through "
         "networks "
         "that lose, delay and reorder packets. The sender and the receiver are the real ones; "
         "only "
         "the network and the clock are models.",
         "A mesma fala ({0}) foi enviada várias vezes, cortada em pacotes de {1}\u00a0ms, por "
         "redes que "
         "perdem, atrasam e reordenam pacotes. O transmissor e o receptor são os de verdade; só a "
         "rede e o relógio são modelos."},
    [TEXT_DONE_TONE] =
        {"The same tone ({0}; no speech) was sent again and again, cut into packets of "
         "{1}\u00a0ms, through networks that lose, delay and reorder packets. The sender and the "
         "receiver are the real ones; only the network and the clock are models.",
         "O mesmo tom ({0}; sem fala) foi enviado várias vezes, cortado em pacotes de "
         "{1}\u00a0ms, por redes que perdem, atrasam e reordenam pacotes. O transmissor e o "
         "receptor são os de verdade; só a rede e o relógio são modelos."},
    [TEXT_DONE_LOSS] =
        {"Lost on the way: {0}\u00a0% of the packets. What was lost was treated in these ways:",
         "Perdidos no caminho: {0}\u00a0% dos pacotes. O que se perdeu foi tratado destas "
         "maneiras:"},
    [TEXT_DONE_NETWORKS] = {"{0} networks with names. What was lost was treated in these ways:",
                            "{0} redes com nome. O que se perdeu foi tratado destas maneiras:"},
    [TEXT_DONE_SEEDS] =
        {"Each condition was run {0} times, with other packets lost each time; for each of these "
         "times, the same packets for every way of recovery that sends none of them again.",
         "Cada condição foi executada {0} vezes, perdendo outros pacotes em cada vez; em cada uma "
         "dessas vezes, os mesmos pacotes para todas as maneiras de recuperar que não os "
         "reenviam."},
    [TEXT_LISTEN_TITLE] = {"What to listen for", "O que ouvir"},
    [TEXT_LISTEN] =
        {"<ul><li>Holes and clicks: nothing is done about a lost packet. Consonants vanish first, "
         "and with them words.</li>"
         "<li>A smear or a robot’s voice: the codec guesses what is missing from what came "
         "before. It does well for 20&nbsp;ms, and fades out in longer holes.</li>"
         "<li>Nearly nothing, or a moment that sounds dull: a coarse copy in the next packet "
         "filled the hole.</li>"
         "<li>Bursts: as much is lost, but several packets in a row. The copy is lost together "
         "with its packet.</li>"
         "<li>Nothing but a longer delay: whole copies ride along some packets later, or what is "
         "missing is asked for and sent again, and the sound waits for it.</li></ul>"
         "<p>Put headphones on, play the clean clip first, then the worst one.</p>",
         "<ul><li>Buracos e estalos: nada é feito por um pacote perdido. Primeiro somem as "
         "consoantes e, com elas, as palavras.</li>"
         "<li>Um borrão ou voz de robô: o codec estima o que falta pelo que veio antes. Funciona "
         "bem por 20&nbsp;ms e vai sumindo em buracos mais longos.</li>"
         "<li>Quase nada, ou um instante de som abafado: uma cópia grosseira no pacote seguinte "
         "preencheu o buraco.</li>"
         "<li>Rajadas: perde-se o mesmo tanto, mas vários pacotes seguidos. A cópia se perde junto "
         "com o seu pacote.</li>"
         "<li>Nada além de um atraso maior: cópias inteiras vêm de carona alguns pacotes depois, "
         "ou o que falta é pedido e enviado de novo, e o som espera por isso.</li></ul>"
         "<p>Use fones de ouvido, ouça primeiro o trecho limpo e depois o pior de todos.</p>"},
    [TEXT_LISTEN_TONE] =
        {"<p>A tone has no words: a hole in it is heard as a click or a gap, a guess of the codec "
         "as a waver. What losses do to understanding shows with speech (--in speech).</p>",
         "<p>Um tom não tem palavras: um buraco nele se ouve como um estalo ou uma falha, e uma "
         "estimativa do codec, como uma oscilação. O que as perdas fazem com a compreensão se vê "
         "com fala (--in speech).</p>"},
    [TEXT_SHOWS_TITLE] = {"What it shows", "O que se vê"},
    [TEXT_AND] = {" and ", " e "},
    [TEXT_SHOWS_ESTOI] =
        {"With {0}\u00a0% of the packets lost, intelligibility (ESTOI, at most 1) is {1}.",
         "Com {0}\u00a0% dos pacotes perdidos, a inteligibilidade (ESTOI, no máximo 1) é {1}."},
    [TEXT_SHOWS_WORST] =
        {"The network that leaves least to understand is “{0}”: intelligibility (ESTOI, at most 1) "
         "is "
         "{1}.",
         "A rede que menos deixa entender é “{0}”: a inteligibilidade (ESTOI, no máximo 1) é {1}."},
    [TEXT_SHOWS_WORDS] =
        {"Of the words, a recogniser understands this share at {0}\u00a0% loss: {1}.",
         "Das palavras, um reconhecedor entende esta fração com {0}\u00a0% de perda: {1}."},
    [TEXT_SHOWS_CONCEALED] =
        {"At {0}\u00a0% loss, no packet’s sound was there for this share of the time: {1}.",
         "Com {0}\u00a0% de perda, não havia som de nenhum pacote nesta parte do tempo: {1}."},
    [TEXT_SHOWS_BURST] =
        {"At {0}\u00a0% loss, bursts of {1} packets on average instead of {2} take intelligibility "
         "from "
         "{3} to {4} {5}.",
         "Com {0}\u00a0% de perda, rajadas de {1} pacotes em média em vez de {2} levam a "
         "inteligibilidade de {3} a {4} {5}."},
    [TEXT_SHOWS_DELAY] =
        {"It costs time: at {0}\u00a0% loss, from mouth to ear the sound takes {1}.",
         "Isso custa tempo: com {0}\u00a0% de perda, da boca ao ouvido o som leva {1}."},
    [TEXT_SHOWS_DELAY_WORST] = {"From mouth to ear the sound takes longest with “{0}”: {1}.",
                                "Da boca ao ouvido o som demora mais com “{0}”: {1}."},
    [TEXT_SHOWS_JITTER] =
        {"Packets that take up to ±{0}\u00a0ms longer or shorter make the receiver wait: the delay "
         "is {1}\u00a0ms instead of {2}\u00a0ms at {3}\u00a0% loss, {4}.",
         "Pacotes que demoram até ±{0}\u00a0ms a mais ou a menos fazem o receptor esperar: o "
         "atraso é "
         "de {1}\u00a0ms em vez de {2}\u00a0ms com {3}\u00a0% de perda, {4}."},
    [TEXT_SHOWS_NOTHING] = {"The curves and tables below say what came out.",
                            "As curvas e tabelas abaixo dizem o que resultou."},
    [TEXT_NOTES] = {"Note", "Nota"},
    [TEXT_NO_GNUPLOT] =
        {"There are no curves on this page, only tables: gnuplot, which draws them, {0}.",
         "Não há curvas nesta página, só tabelas: o gnuplot, que as desenha, {0}."},
    [TEXT_FEW_FIGURES] =
        {"Not all curves are drawn: at most {0} figures, and no figure of more than {1} networks. "
         "The "
         "tables have all conditions.",
         "Nem todas as curvas foram desenhadas: no máximo {0} figuras, e nenhuma com mais de {1} "
         "redes. As tabelas têm todas as condições."},
    [TEXT_FEW_LOSSES] =
        {"All clips together are larger than {0} MB. Those with the least, a middle and the "
         "greatest loss are here; the others are in the folder of the results.",
         "Todos os trechos juntos passam de {0} MB. Aqui estão os de menor, média e maior perda; "
         "os "
         "outros estão na pasta dos resultados."},
    [TEXT_FEW_CLIPS] =
        {"Even so there are too many: those of the first {0} conditions on this page are here.",
         "Mesmo assim são demais: aqui estão os das primeiras {0} condições desta página."},
    [TEXT_OTHER_VERSION] =
        {"runs made by voz-lab {1}, not by {2}: {0}. Their figures can differ for that reason.",
         "execuções feitas pelo voz-lab {1}, não pelo {2}: {0}. Os números podem diferir por "
         "isso."},
    [TEXT_ODD_RECORDS] =
        {"lines of the results that are no runs of a sweep, and were left out: {0}.",
         "linhas dos resultados que não são execuções de uma varredura e ficaram de fora: {0}."},
    [TEXT_NO_SEEDS] =
        {"Each condition was run once: nothing tells how much chance had to do with it. "
         "(--seeds 5 does.)",
         "Cada condição foi executada uma só vez: nada diz o quanto foi acaso. (--seeds 5 diz.)"},
    [TEXT_NONE] = {"no repair", "sem reparo"},
    [TEXT_PLC] = {"guess (PLC)", "estimativa (PLC)"},
    [TEXT_FEC] = {"copies (FEC)", "cópias (FEC)"},
    [TEXT_RED] = {"copies that ride along (RED)", "cópias de carona (RED)"},
    [TEXT_NACK] = {"asked again (NACK)", "pedidos de novo (NACK)"},
    [TEXT_AUTO] = {"all of it (auto)", "tudo isso (auto)"},
    [TEXT_TCP] = {"sent over TCP", "enviados por TCP"},
    [TEXT_NONE_MEANS] = {"silence where a packet is missing", "silêncio onde falta um pacote"},
    [TEXT_PLC_MEANS] = {"the codec guesses what is missing", "o codec estima o que falta"},
    [TEXT_FEC_MEANS] =
        {"each packet carries a coarse copy of the one before; a guess where that is "
         "lost too",
         "cada pacote leva uma cópia grosseira do anterior; uma estimativa onde ela "
         "também se perde"},
    [TEXT_RED_MEANS] =
        {"packets also carry whole earlier ones again, some packets later, so that a copy "
         "survives a burst; how many, and whether with the coarse copies too, is chosen from what "
         "the listener reports",
         "os pacotes levam também outros anteriores inteiros, alguns pacotes depois, para que uma "
         "cópia sobreviva a uma rajada; quantos, e se também com as cópias grosseiras, escolhe-se "
         "pelo que o ouvinte relata"},
    [TEXT_NACK_MEANS] =
        {"the listener asks for what is missing, and it is sent again; the sound waits for it",
         "o ouvinte pede o que falta, que é enviado de novo; o som espera por isso"},
    [TEXT_AUTO_MEANS] =
        {"coarse copies, copies that ride along and packets sent again, chosen from what the "
         "listener reports",
         "cópias grosseiras, cópias de carona e pacotes enviados de novo, escolhidos pelo que o "
         "ouvinte relata"},
    [TEXT_TCP_MEANS] =
        {"the others go over UDP; here the packets go over one TCP connection: the kernel sends "
         "again what is lost, and what comes behind it waits, so that nothing is missing and "
         "much is late",
         "os outros vão por UDP; aqui os pacotes vão por uma conexão TCP: o kernel envia de novo o "
         "que se perde, e o que vem atrás espera; nada falta e muito se atrasa"},
    [TEXT_NONE_WITH] = {"without repair", "sem reparo"},
    [TEXT_PLC_WITH] = {"with a guess (PLC)", "com uma estimativa (PLC)"},
    [TEXT_FEC_WITH] = {"with copies (FEC)", "com cópias (FEC)"},
    [TEXT_RED_WITH] = {"with copies that ride along (RED)", "com cópias de carona (RED)"},
    [TEXT_NACK_WITH] = {"with asking again (NACK)", "com pedidos de novo (NACK)"},
    [TEXT_AUTO_WITH] = {"with all of it (auto)", "com tudo isso (auto)"},
    [TEXT_TCP_WITH] = {"over TCP", "por TCP"},
    [TEXT_OTHER_WITH] = {"with {0}", "com {0}"},
    [TEXT_ESTOI_LOCAL] = {"Intelligibility", "Inteligibilidade"},
    [TEXT_ESTOI_LOCAL_AXIS] = {"ESTOI, 0 to 1", "ESTOI, 0 a 1"},
    [TEXT_ESTOI_LOCAL_MEANS] =
        {"ESTOI compares the rhythm of the heard speech with that of the said one, 1.2&nbsp;s by "
         "1.2&nbsp;s, each part put in its place first (Jensen and Taal 2016). 1: all can be "
         "understood; below about 0.6 it gets hard. It hardly sees holes of 20&nbsp;ms: listen, "
         "too.",
         "O ESTOI compara o ritmo da fala ouvida com o da fala dita, de 1,2\u00a0s em 1,2\u00a0s, "
         "cada parte antes posta no seu lugar (Jensen e Taal 2016). 1: entende-se tudo; abaixo de "
         "0,6, mais ou menos, fica difícil. Ele quase não vê buracos de 20&nbsp;ms: ouça também."},
    [TEXT_WORDS] = {"Words understood", "Palavras entendidas"},
    [TEXT_WORDS_AXIS] = {"share, 0 to 1", "fração, 0 a 1"},
    [TEXT_WORDS_MEANS] =
        {"The share of single words (digits, spelling alphabet) that a speech recogniser got "
         "right. It sees holes that ESTOI does not.",
         "A fração de palavras isoladas (algarismos, alfabeto fonético) que um reconhecedor de "
         "fala "
         "acertou. Ela vê buracos que o ESTOI não vê."},
    [TEXT_MOS] = {"Quality (MOS), estimated", "Qualidade (MOS), estimada"},
    [TEXT_MOS_AXIS] = {"MOS estimate, 1 to 4.5", "MOS estimado, 1 a 4,5"},
    [TEXT_MOS_MEANS] =
        {"How people would rate the call, from 1 (bad) to 4.5 (excellent). It is an estimate, by "
         "the "
         "E-model (ITU-T G.107.2), from losses and delay alone: nobody listened.",
         "A nota que as pessoas dariam à chamada, de 1 (péssima) a 4,5 (excelente). É uma "
         "estimativa, "
         "do modelo E (ITU-T G.107.2), só pelas perdas e pelo atraso: ninguém ouviu."},
    [TEXT_CONCEALED] = {"Sound that was missing", "Som que faltou"},
    [TEXT_CONCEALED_AXIS] = {"% of the time", "% do tempo"},
    [TEXT_CONCEALED_MEANS] =
        {"The share of the time for which no packet’s sound was there, nor a copy: silence or a "
         "guess was played.",
         "A parte do tempo para a qual não havia som de nenhum pacote, nem cópia: tocou-se "
         "silêncio "
         "ou uma estimativa."},
    [TEXT_DELAY] = {"Delay from mouth to ear", "Atraso da boca ao ouvido"},
    [TEXT_DELAY_AXIS] = {"ms", "ms"},
    [TEXT_DELAY_MEANS] =
        {"From the instant a packet was due to be sent to the instant it was played, network "
         "included; the mean. Above about 150&nbsp;ms people begin to talk at the same time.",
         "Do instante em que um pacote devia ser enviado até o instante em que foi tocado, com a "
         "rede; a média. Acima de uns 150&nbsp;ms as pessoas começam a falar ao mesmo tempo."},
    [TEXT_ESTOI] = {"Intelligibility, aligned once", "Inteligibilidade, um só alinhamento"},
    [TEXT_ESTOI_AXIS] = {"ESTOI, 0 to 1", "ESTOI, 0 a 1"},
    [TEXT_ESTOI_MEANS] =
        {"ESTOI with one shift in time for all of the sound: it falls as well when the receiver "
         "changes its delay in the middle of the speech.",
         "ESTOI com um só deslocamento no tempo para todo o som: cai também quando o receptor muda "
         "o atraso no meio da fala."},
    [TEXT_SSIM] = {"Likeness of the pictures", "Semelhança das imagens"},
    [TEXT_SSIM_AXIS] = {"SSIM, 0 to 1", "SSIM, 0 a 1"},
    [TEXT_SSIM_MEANS] =
        {"What was on the screen beside what was sent, at the instant it should have been seen: "
         "1 is no difference. A picture that stands still costs what it differs from the one that "
         "should be there.",
         "O que estava na tela ao lado do que foi enviado, no instante em que devia ser visto: 1 é "
         "nenhuma diferença. Uma imagem parada custa o que ela difere da que devia estar lá."},
    [TEXT_FROZEN] = {"Pictures that stood still", "Imagens paradas"},
    [TEXT_FROZEN_MEANS] =
        {"The share of the time in which the picture stood still: pauses between two pictures that "
         "were three times as long as usual, or 150&nbsp;ms longer.",
         "A parte do tempo em que a imagem ficou parada: pausas entre duas imagens três vezes mais "
         "longas que o normal, ou 150&nbsp;ms mais longas."},
    [TEXT_DELAY_P95] = {"Delay of 95\u00a0% of the packets", "Atraso de 95\u00a0% dos pacotes"},
    [TEXT_DELAY_P95_MEANS] =
        {"The delay from mouth to ear that 95\u00a0% of the packets that were played did not "
         "exceed.",
         "O atraso da boca ao ouvido que 95\u00a0% dos pacotes tocados não passaram."},
    [TEXT_WIRE] = {"Rate on the network", "Taxa na rede"},
    [TEXT_WIRE_AXIS] = {"kbit/s", "kbit/s"},
    [TEXT_WIRE_MEANS] = {"All octets that were sent, with IP, UDP and RTP headers.",
                         "Todos os octetos enviados, com cabeçalhos IP, UDP e RTP."},
    [TEXT_MEDIA] = {"Rate of the payload", "Taxa do conteúdo"},
    [TEXT_MEDIA_MEANS] =
        {"The same without these headers: the voice, all copies of it, and what was sent again.",
         "O mesmo sem esses cabeçalhos: a voz, todas as cópias dela e o que foi reenviado."},
    [TEXT_SECTIONS] = {"The results", "Os resultados"},
    [TEXT_SECTION] = {"{0}, {1} kbit/s, network delay {2}{3}\u00a0ms",
                      "{0}, {1} kbit/s, atraso da rede de {2}{3}\u00a0ms"},
    [TEXT_SECTION_NETWORKS] = {"{0}, {1} kbit/s, networks with names",
                               "{0}, {1} kbit/s, redes com nome"},
    [TEXT_SECTION_MOST] = {", at most {0}\u00a0kbit/s with all protection",
                           ", no máximo {0}\u00a0kbit/s com toda a proteção"},
    [TEXT_CURVES] = {"Curves", "Curvas"},
    [TEXT_LOSS_AXIS] = {"packets lost, %", "pacotes perdidos, %"},
    [TEXT_BURST] = {"bursts of {0} packets on average", "rajadas de {0} pacotes em média"},
    [TEXT_BURST_ONE] = {"lost one by one, at random", "perdidos um a um, ao acaso"},
    [TEXT_BAND] =
        {"The bands, and the bars where networks have names, hold the true mean with 95\u00a0% "
         "confidence (Student’s t over the seeds).",
         "As faixas, e as barras onde as redes têm nome, contêm a média verdadeira com 95\u00a0% "
         "de "
         "confiança (t de Student sobre as sementes)."},
    [TEXT_FIGURE_ALT] =
        {"{0} against packets lost, {1}. The table below has the figures.",
         "{0} em função dos pacotes perdidos, {1}. A tabela abaixo tem os números."},
    [TEXT_FIGURE_ALT_NETWORKS] = {"{0} for each network. The table below has the figures.",
                                  "{0} para cada rede. A tabela abaixo tem os números."},
    [TEXT_MOS_ASSUMED] = {"An estimate: it assumes Ie {0} and Bpl {1} of the codec.",
                          "Uma estimativa: supõe Ie {0} e Bpl {1} para o codec."},
    [TEXT_TABLE] = {"Table of the means", "Tabela das médias"},
    [TEXT_TABLE_CAPTION] =
        {"Means over the seeds, ± half of the 95\u00a0% confidence interval",
         "Médias sobre as sementes, ± metade do intervalo de confiança de 95\u00a0%"},
    [TEXT_COLUMN_LOSS] = {"Lost, %", "Perda, %"},
    [TEXT_COLUMN_BURST] = {"Burst, packets", "Rajada, pacotes"},
    [TEXT_COLUMN_NETWORK] = {"Network", "Rede"},
    [TEXT_COLUMN_RECOVERY] = {"Recovery", "Recuperação"},
    [TEXT_COLUMN_SEEDS] = {"Seeds", "Sementes"},
    [TEXT_COST] = {"What each way costs and gives", "O que cada maneira custa e traz"},
    [TEXT_COST_WAY] = {"Way", "Maneira"},
    [TEXT_COST_RATE] = {"Rate", "Taxa"},
    [TEXT_COST_RATE_MEANS] =
        {"kbit/s on the network, with all headers; under it, without them (the payload).",
         "kbit/s na rede, com todos os cabeçalhos; embaixo, sem eles (o conteúdo)."},
    [TEXT_COST_DELAY] = {"Delay", "Atraso"},
    [TEXT_COST_DELAY_MEANS] =
        {"ms from mouth to ear on top of the {0}\u00a0ms that the network takes: the mean; under "
         "it, what 95\u00a0% of the packets do not exceed.",
         "ms da boca ao ouvido além dos {0}\u00a0ms que a rede leva: a média; embaixo, o que "
         "95\u00a0% dos pacotes não passam."},
    [TEXT_COST_DELAY_NETWORKS_MEANS] =
        {"ms from mouth to ear, network included: the mean; under it, what 95\u00a0% of the "
         "packets do not exceed.",
         "ms da boca ao ouvido, com a rede: a média; embaixo, o que 95\u00a0% dos pacotes não "
         "passam."},
    [TEXT_COST_ESTOI] = {"ESTOI", "ESTOI"},
    [TEXT_COST_ESTOI_MEANS] = {"intelligibility, from 0 to 1.", "inteligibilidade, de 0 a 1."},
    [TEXT_COST_GAIN_MEANS] =
        {"intelligibility, from 0 to 1; under it, how much that is above the codec’s guess alone "
         "(PLC) in the same network.",
         "inteligibilidade, de 0 a 1; embaixo, quanto isso fica acima de só a estimativa do codec "
         "(PLC) na mesma rede."},
    [TEXT_COST_WORDS] = {"Words", "Palavras"},
    [TEXT_COST_WORDS_MEANS] =
        {"the share of single words that a speech recogniser got right, from 0 to 1.",
         "a fração de palavras isoladas que um reconhecedor de fala acertou, de 0 a 1."},
    [TEXT_CLIPS] = {"Listen", "Ouça"},
    [TEXT_CLIPS_HOW] = {"Six seconds each, the first seed. The strip under a clip shows what "
                        "became of each packet "
                        "that it was made from; a click on it goes there.",
                        "Seis segundos cada, a primeira semente. A faixa sob um trecho mostra o "
                        "que houve com cada "
                        "pacote de que ele foi feito; um clique nela vai até lá."},
    [TEXT_SAID] = {"What was said (clean)", "O que foi dito (limpo)"},
    [TEXT_ROW] = {"{0}\u00a0% lost", "{0}\u00a0% de perda"},
    [TEXT_ROW_BURST] = {"{0}\u00a0% lost in bursts of {1}",
                        "{0}\u00a0% de perda em rajadas de {1}"},
    [TEXT_CLIP_LABEL] = {"Heard: {0}, {1}", "Ouvido: {0}, {1}"},
    [TEXT_COMPARE] = {"Clean, same place", "Limpo, mesmo ponto"},
    [TEXT_BACK_AGAIN] = {"Back to this one", "Voltar a este"},
    [TEXT_CLIP_MISSING] = {"The clip is missing.", "O trecho está faltando."},
    [TEXT_CLIP_LEFT_OUT] = {"Left out for its size.", "Deixado de fora pelo tamanho."},
    [TEXT_STRIP_ALT] = {"Of {0} packets: {1}.", "De {0} pacotes: {1}."},
    [TEXT_STRIP_NONE] = {"What became of its packets is not known.",
                         "Não se sabe o que houve com os seus pacotes."},
    [TEXT_FATE_PLAYED] = {"played", "tocados"},
    [TEXT_FATE_RECOVERED] = {"recovered by FEC", "recuperados por FEC"},
    [TEXT_FATE_COPIED] = {"recovered by RED", "recuperados por RED"},
    [TEXT_FATE_AGAIN] = {"sent again in time", "reenviados a tempo"},
    [TEXT_FATE_LOST] = {"lost", "perdidos"},
    [TEXT_FATE_LATE] = {"too late", "tarde demais"},
    [TEXT_FATE_SKIPPED] = {"skipped", "pulados"},
    [TEXT_FATE_SILENT] = {"not sent (silence)", "não enviados (silêncio)"},
    [TEXT_STRIP_LEGEND] = {"The strips", "As faixas"},
    [TEXT_STILLS] = {"Pictures of the worst run", "Imagens da pior execução"},
    [TEXT_STILLS_ALT] =
        {"Above what was sent, below what was on the screen at that instant.",
         "Em cima o que foi enviado, embaixo o que estava na tela naquele instante."},
    [TEXT_STILLS_HOW] =
        {"Above what was sent, below what was on the screen at that instant: three instants, and "
         "last the one at which they differed most. {0}; {1}.",
         "Em cima o que foi enviado, embaixo o que estava na tela naquele instante: três instantes "
         "e, por último, aquele em que mais diferiam. {0}; {1}."},
    [TEXT_AGAIN] = {"How to do it again", "Como repetir"},
    [TEXT_AGAIN_HOW] =
        {"Made by voz-lab {0}, seeds {1} to {2}. The same again, in all its figures:",
         "Feito pelo voz-lab {0}, sementes {1} a {2}. O mesmo outra vez, em todos os números:"},
    [TEXT_AGAIN_NETWORKS] =
        {"The networks in the words of tc netem, as lines of a file for --scenario:",
         "As redes nas palavras do tc netem, como linhas de um arquivo para --scenario:"},
    [TEXT_AGAIN_SETTINGS] = {"All settings, as the results have them:",
                             "Todos os ajustes, como estão nos resultados:"},
    [TEXT_MEANS_TITLE] = {"What the measures mean", "O que dizem as medidas"},
    [TEXT_MEANS_INTERVAL] =
        {"± and bands: 95\u00a0% confidence intervals over the seeds, by Student’s t.",
         "± e faixas: intervalos de confiança de 95\u00a0% sobre as sementes, pelo t de Student."},
};

const char *report_text(enum report_lang lang, enum report_text text)
{
    return texts[text][lang];
}

const struct report_text_recovery *report_text_recovery(const char *name)
{
    static const struct report_text_recovery known[] = {
        {"none", TEXT_NONE, TEXT_NONE_MEANS, TEXT_NONE_WITH},
        {"plc", TEXT_PLC, TEXT_PLC_MEANS, TEXT_PLC_WITH},
        {"fec", TEXT_FEC, TEXT_FEC_MEANS, TEXT_FEC_WITH},
        {"red", TEXT_RED, TEXT_RED_MEANS, TEXT_RED_WITH},
        {"nack", TEXT_NACK, TEXT_NACK_MEANS, TEXT_NACK_WITH},
        {"auto", TEXT_AUTO, TEXT_AUTO_MEANS, TEXT_AUTO_WITH},
        {"tcp", TEXT_TCP, TEXT_TCP_MEANS, TEXT_TCP_WITH},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, name) == 0)
            return &known[i];
    return NULL;
}

const char *report_text_recovery_name(enum report_lang lang, const char *name)
{
    const struct report_text_recovery *ours = report_text_recovery(name);
    return ours ? report_text(lang, ours->text) : name;
}

static struct report_number localized(enum report_lang lang, struct report_number n)
{
    char *point = strchr(n.s, '.');
    if (point && lang == REPORT_PT)
        *point = ',';
    return n;
}

struct report_number report_number(enum report_lang lang, double value, int decimals)
{
    struct report_number n;
    snprintf(n.s, sizeof n.s, "%.*f", decimals, value);
    return localized(lang, n);
}

struct report_number report_number_brief(enum report_lang lang, double value)
{
    struct report_number n;
    snprintf(n.s, sizeof n.s, "%.9g", value);
    return localized(lang, n);
}
